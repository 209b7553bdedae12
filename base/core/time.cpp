#include "base/core/time.h"

#include <fmt/format.h>

#include <array>

#include "base/core/text.h"

namespace vaettir {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// Longer names first: "ms" must not be read as "m".
constexpr std::array kUnits = {
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"\u00b5s", 1'000},  // micro sign
    Unit{"\u03bcs", 1'000},  // Greek letter mu
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"h", 3'600'000'000'000},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

const Unit* take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return &unit;
  }
  return nullptr;
}

// One "1.5h" of a duration. 128 bits hold any product below, so the range check can come last.
std::optional<std::int64_t> take_part(std::string_view& text) {
  constexpr __int128 kMax = std::numeric_limits<std::int64_t>::max();
  __int128 whole = 0, fraction = 0, scale = 1;
  bool digits = false;
  for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1), digits = true) {
    whole = whole * 10 + (text[0] - '0');
    if (whole > kMax) return std::nullopt;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1), digits = true) {
      if (scale > 1'000'000'000'000'000) continue;  // below a nanosecond even in hours
      fraction = fraction * 10 + (text[0] - '0');
      scale *= 10;
    }
  }
  const Unit* unit = digits ? take_unit(text) : nullptr;
  if (!unit) return std::nullopt;
  __int128 total = whole * unit->nanoseconds + fraction * unit->nanoseconds / scale;
  if (total > kMax) return std::nullopt;
  return static_cast<std::int64_t>(total);
}

// "1.5" from 1500 thousandths; no trailing zeros.
std::string decimal(std::int64_t value, std::int64_t unit) {
  std::string out = fmt::to_string(value / unit);
  std::int64_t rest = value % unit;
  if (rest == 0) return out;
  out += '.';
  for (std::int64_t place = unit / 10; rest != 0; place /= 10) {
    out += static_cast<char>('0' + rest / place);
    rest %= place;
  }
  return out;
}

struct Civil {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> time;
  unsigned weekday;
};

Civil civil(WallTime time) {
  auto ms = std::chrono::floor<std::chrono::milliseconds>(time);
  auto day = std::chrono::floor<std::chrono::days>(ms);
  return {day, std::chrono::hh_mm_ss(ms - day), std::chrono::weekday(day).c_encoding()};
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.starts_with('+')) return std::nullopt;
  if (auto seconds = parse_unsigned(text)) {
    constexpr std::uint64_t kMaxSeconds = std::numeric_limits<std::int64_t>::max() / 1'000'000'000;
    if (*seconds > kMaxSeconds) return std::nullopt;
    return std::chrono::seconds(*seconds);
  }
  std::int64_t total = 0;
  while (!text.empty()) {
    auto part = take_part(text);
    if (!part || __builtin_add_overflow(total, *part, &total)) return std::nullopt;
  }
  return Duration(total);
}

std::string to_text(Duration duration) {
  std::int64_t left = duration.count();
  if (left == 0) return "0s";
  if (left < 0) return left == INT64_MIN ? "-2562047h47m16.854775808s" : "-" + to_text(-duration);
  if (left < 1'000) return fmt::format("{}ns", left);
  if (left < 1'000'000) return decimal(left, 1'000) + "us";
  if (left < 1'000'000'000) return decimal(left, 1'000'000) + "ms";
  std::string out;
  for (const Unit& unit : {Unit{"h", 3'600'000'000'000}, Unit{"m", 60'000'000'000}}) {
    if (left >= unit.nanoseconds) out += fmt::format("{}{}", left / unit.nanoseconds, unit.name);
    left %= unit.nanoseconds;
  }
  if (left > 0) out += decimal(left, 1'000'000'000) + "s";
  return out;
}

std::string iso_text(WallTime time) {
  // By hand: an access log writes one with every line, and this takes a fifth of fmt's time. The
  // clock's 64 bits of nanoseconds end in 2262, so a year has four digits.
  Civil at = civil(time);
  char text[] = "0000-00-00T00:00:00.000Z";
  auto put = [&text](std::size_t last, std::int64_t value) {
    for (std::size_t i = last; value > 0; --i, value /= 10) {
      text[i] = static_cast<char>('0' + value % 10);
    }
  };
  put(3, static_cast<int>(at.date.year()));
  put(6, static_cast<unsigned>(at.date.month()));
  put(9, static_cast<unsigned>(at.date.day()));
  put(12, at.time.hours().count());
  put(15, at.time.minutes().count());
  put(18, at.time.seconds().count());
  put(22, at.time.subseconds().count());
  return {text, sizeof text - 1};
}

std::string http_date(WallTime time) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Civil at = civil(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[at.weekday],
                     static_cast<unsigned>(at.date.day()),
                     kMonths[static_cast<unsigned>(at.date.month()) - 1],
                     static_cast<int>(at.date.year()), at.time.hours().count(),
                     at.time.minutes().count(), at.time.seconds().count());
}

std::int64_t epoch_ms(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

}  // namespace vaettir
