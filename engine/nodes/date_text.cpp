#include "engine/nodes/date_text.h"

#include <fmt/format.h>

#include <chrono>

#include "base/core/text.h"

namespace vaettir::engine {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kWeekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
// RFC 5322 section 4.3.
constexpr std::pair<std::string_view, int> kZones[] = {
    {"utc", 0},    {"gmt", 0},    {"ut", 0},     {"z", 0},      {"est", -300}, {"edt", -240},
    {"cst", -360}, {"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420},
};

struct Parts {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
  int offset_minutes = 0;

  std::optional<DateTime> date_time() const {
    const year_month_day date{std::chrono::year(year), std::chrono::month(month),
                              std::chrono::day(day)};
    const bool midnight = hour == 24 && minute == 0 && second == 0 && millisecond == 0;
    if (!date.ok() || (hour > 23 && !midnight) || minute > 59 || second > 59) return std::nullopt;
    const std::int64_t seconds = std::int64_t{sys_days(date).time_since_epoch().count()} * 86'400 +
                                 hour * 3600 + (minute - offset_minutes) * 60 + second;
    return DateTime{seconds * 1000 + millisecond, offset_minutes};
  }
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  std::size_t digits_ahead() const {
    std::size_t count = 0;
    while (at_ + count < text_.size() && is_digit(text_[at_ + count])) ++count;
    return count;
  }
  // Exactly `count` digits.
  template <class T>
  bool digits(std::size_t count, T& out) {
    if (digits_ahead() < count) return false;
    T value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + static_cast<T>(text_[at_++] - '0');
    out = value;
    return true;
  }
  std::string word() {
    std::string out;
    while (is_letter(peek())) out += lower(text_[at_++]);
    return out;
  }
  std::size_t mark() const { return at_; }
  void back_to(std::size_t mark) { at_ = mark; }

  // hh[:mm[:ss[.fff]]], or without colons.
  bool time(Parts& parts) {
    if (!digits(2, parts.hour)) return false;
    const bool colons = peek() == ':';
    if (colons ? !take(':') : !is_digit(peek())) return true;
    if (!digits(2, parts.minute)) return false;
    if (colons ? !take(':') : !is_digit(peek())) return true;
    return digits(2, parts.second) && fraction(parts);
  }
  // Z, +hh, +hhmm, +hh:mm.
  bool offset(Parts& parts) {
    if (take('Z') || take('z')) return true;
    const bool minus = peek() == '-';
    if (!take('+') && !take('-')) return false;
    int hours = 0;
    int minutes = 0;
    if (!digits(2, hours)) return false;
    take(':');
    if (is_digit(peek()) && !digits(2, minutes)) return false;
    parts.offset_minutes = (hours * 60 + minutes) * (minus ? -1 : 1);
    return hours < 24 && minutes < 60;
  }
  bool named_zone(Parts& parts) {
    const std::string name = word();
    for (const auto& [zone, minutes] : kZones) {
      if (name == zone) return parts.offset_minutes = minutes, true;
    }
    return false;
  }
  bool month_name(Parts& parts) {
    const std::string name = word();
    for (unsigned i = 0; i < 12 && name.size() >= 3; ++i) {
      if (name.starts_with(kMonths[i])) return parts.month = i + 1, true;
    }
    return false;
  }
  bool weekday() {
    const std::size_t begin = mark();
    const std::string name = word();
    for (std::string_view day : kWeekdays) {
      if (name.starts_with(day)) {
        take(',');
        skip_blanks();
        return true;
      }
    }
    back_to(begin);
    return false;
  }

 private:
  bool fraction(Parts& parts) {
    if (!take('.') && !take(',')) return true;
    const std::size_t count = digits_ahead();
    if (count == 0) return false;
    int scale = 100;
    for (std::size_t i = 0; i < count; ++i, scale /= 10) {
      int digit = 0;
      digits(1, digit);
      parts.millisecond += digit * scale;
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void set_date(Parts& parts, sys_days date) {
  const year_month_day ymd(date);
  parts.year = int(ymd.year());
  parts.month = unsigned(ymd.month());
  parts.day = unsigned(ymd.day());
}

// 2016-W21-3, 2016W213
bool week_date(Reader& in, Parts& parts) {
  const bool dashes = in.take('-');
  int week = 0;
  int weekday = 1;
  if (!in.take('W') || !in.digits(2, week) || week < 1 || week > 53) return false;
  const bool has_day = dashes ? in.take('-') : is_digit(in.peek());
  if (has_day && (!in.digits(1, weekday) || weekday < 1 || weekday > 7)) return false;
  // The first week is the one with 4 January.
  const sys_days fourth(std::chrono::year(parts.year) / std::chrono::January / 4);
  const int iso_weekday = int(std::chrono::weekday(fourth).iso_encoding());
  set_date(parts, fourth - days(iso_weekday - 1) + days((week - 1) * 7 + weekday - 1));
  return true;
}

// 2016, 2016-05, 2016-05-25, 20160525, 2016-200, week dates.
bool iso_date(Reader& in, Parts& parts) {
  if (!in.digits(4, parts.year)) return false;
  const std::size_t after_year = in.mark();
  if (week_date(in, parts)) return true;
  in.back_to(after_year);
  const bool dash = in.take('-');
  const std::size_t count = in.digits_ahead();
  if (count == 3) {
    int day = 0;
    in.digits(3, day);
    if (day < 1 || day > 366) return false;
    set_date(parts, sys_days(std::chrono::year(parts.year) / 1 / 1) + days(day - 1));
    return true;
  }
  if (!dash)
    return count == 0 || (count == 4 && in.digits(2, parts.month) && in.digits(2, parts.day));
  if (!in.digits(2, parts.month)) return false;
  return !in.take('-') || in.digits(2, parts.day);
}

std::optional<DateTime> iso(std::string_view text) {
  Reader in(text);
  Parts parts;
  if (!iso_date(in, parts)) return std::nullopt;
  if (in.take('T') || in.take('t')) {
    if (!in.time(parts)) return std::nullopt;
    if (!in.at_end() && !in.offset(parts)) return std::nullopt;
  }
  return in.at_end() ? parts.date_time() : std::nullopt;
}

// "2017-05-15 09:24:15.123 +02:00"
std::optional<DateTime> sql(std::string_view text) {
  Reader in(text);
  Parts parts;
  if (!iso_date(in, parts)) return std::nullopt;
  in.skip_blanks();
  if (!in.time(parts)) return std::nullopt;
  in.skip_blanks();
  if (!in.at_end() && !in.offset(parts) && !in.named_zone(parts)) return std::nullopt;
  return in.at_end() ? parts.date_time() : std::nullopt;
}

bool one_or_two(Reader& in, unsigned& out) {
  return in.digits(std::min<std::size_t>(in.digits_ahead(), 2), out) && out > 0;
}

// Four digits, or two: RFC 5322 section 4.3.
bool year(Reader& in, Parts& parts) {
  if (in.digits_ahead() == 4) return in.digits(4, parts.year);
  if (in.digits_ahead() != 2 || !in.digits(2, parts.year)) return false;
  parts.year += parts.year < 50 ? 2000 : 1900;
  return true;
}

// What follows a date in HTTP, mail and Date.parse: nothing, or a time and perhaps a zone.
std::optional<DateTime> with_time(Reader& in, Parts& parts) {
  in.take(',');
  in.skip_blanks();
  if (in.at_end()) return parts.date_time();
  unsigned hour = 0;
  const std::size_t begin = in.mark();
  if (in.digits_ahead() == 1) {
    // "9:05"
    if (!one_or_two(in, hour) || !in.take(':') || !in.digits(2, parts.minute)) return std::nullopt;
    parts.hour = static_cast<int>(hour);
    if (in.take(':') && !in.digits(2, parts.second)) return std::nullopt;
  } else if (in.back_to(begin); !in.time(parts)) {
    return std::nullopt;
  }
  in.skip_blanks();
  const std::size_t after_time = in.mark();
  const std::string half = in.word();
  if ((half == "am" || half == "pm") && parts.hour >= 1 && parts.hour <= 12) {
    parts.hour = parts.hour % 12 + (half == "pm" ? 12 : 0);
    in.skip_blanks();
  } else {
    in.back_to(after_time);
  }
  if (!in.at_end() && !in.offset(parts)) {
    if (!in.named_zone(parts)) return std::nullopt;
    // "GMT+0200" as Date.prototype.toString writes it.
    if (!in.at_end() && !in.offset(parts)) return std::nullopt;
  }
  return in.at_end() ? parts.date_time() : std::nullopt;
}

// "Tue, 01 Nov 2016 13:23:12 +0630", "Sunday, 06-Nov-94 08:49:37 GMT", "1 Nov 2016"
std::optional<DateTime> day_first(std::string_view text) {
  Reader in(text);
  Parts parts;
  in.weekday();
  if (!one_or_two(in, parts.day)) return std::nullopt;
  if (!in.take('-')) in.skip_blanks();
  if (!in.month_name(parts)) return std::nullopt;
  if (!in.take('-')) in.skip_blanks();
  return year(in, parts) ? with_time(in, parts) : std::nullopt;
}

// "Nov 1, 2016 9:05 PM", "Tue Nov 01 2016 13:23:12 GMT+0200"
std::optional<DateTime> month_first(std::string_view text) {
  Reader in(text);
  Parts parts;
  in.weekday();
  if (!in.month_name(parts)) return std::nullopt;
  in.skip_blanks();
  if (!one_or_two(in, parts.day)) return std::nullopt;
  in.take(',');
  in.skip_blanks();
  return in.digits(4, parts.year) ? with_time(in, parts) : std::nullopt;
}

// "Sun Nov  6 08:49:37 1994": asctime, RFC 9110 section 5.6.7.
std::optional<DateTime> asctime(std::string_view text) {
  Reader in(text);
  Parts parts;
  if (!in.weekday() || !in.month_name(parts)) return std::nullopt;
  in.skip_blanks();
  if (!one_or_two(in, parts.day)) return std::nullopt;
  in.skip_blanks();
  if (!in.time(parts)) return std::nullopt;
  in.skip_blanks();
  if (!in.digits(4, parts.year) || !in.at_end()) return std::nullopt;
  return parts.date_time();
}

// "5/15/2017 9:05", "2017/05/15": as Date.parse of the usual engines.
std::optional<DateTime> slashes(std::string_view text) {
  Reader in(text);
  Parts parts;
  if (in.digits_ahead() == 4) {
    if (!in.digits(4, parts.year) || !in.take('/') || !one_or_two(in, parts.month) ||
        !in.take('/') || !one_or_two(in, parts.day)) {
      return std::nullopt;
    }
  } else if (!one_or_two(in, parts.month) || !in.take('/') || !one_or_two(in, parts.day) ||
             !in.take('/') || !year(in, parts)) {
    return std::nullopt;
  }
  return with_time(in, parts);
}

}  // namespace

std::optional<DateTime> parse_date_time(std::string_view text) {
  text = trim(text);
  for (auto* notation : {iso, day_first, asctime, sql, month_first, slashes}) {
    if (const std::optional<DateTime> found = notation(text)) return found;
  }
  return std::nullopt;
}

std::string DateTime::iso() const {
  const std::int64_t local = milliseconds + std::int64_t{offset_minutes} * 60'000;
  std::int64_t day = local / 86'400'000;
  if (local % 86'400'000 < 0) --day;
  const year_month_day date{sys_days(days(day))};
  const std::int64_t rest = local - day * 86'400'000;
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}", int(date.year()),
                                unsigned(date.month()), unsigned(date.day()), rest / 3'600'000,
                                rest / 60'000 % 60, rest / 1000 % 60, rest % 1000);
  if (offset_minutes == 0) return out + "Z";
  const int distance = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  return out +
         fmt::format("{}{:02}:{:02}", offset_minutes < 0 ? '-' : '+', distance / 60, distance % 60);
}

}  // namespace vaettir::engine
