#include "base/schema/value.h"

#include <array>
#include <charconv>

#include "base/core/text.h"

namespace vaettir::schema {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
// Larger first: text() takes the first that divides evenly.
constexpr std::array kUnits = {
    Unit{"GiB", 1ULL << 30},
    Unit{"MiB", 1ULL << 20},
    Unit{"KiB", 1ULL << 10},
    Unit{"Gi", 1ULL << 30},
    Unit{"Mi", 1ULL << 20},
    Unit{"Ki", 1ULL << 10},
    Unit{"GB", 1'000'000'000},
    Unit{"MB", 1'000'000},
    Unit{"kB", 1'000},
    Unit{"G", 1'000'000'000},
    Unit{"M", 1'000'000},
    Unit{"k", 1'000},
    Unit{"B", 1},
    Unit{"", 1},
};

}  // namespace

std::optional<ByteSize> ByteSize::parse(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  std::string_view unit = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  for (const Unit& each : kUnits) {
    if (!equal_ignoring_case(each.name, unit)) continue;
    ByteSize size;
    if (__builtin_mul_overflow(number, each.factor, &size.count)) return std::nullopt;
    return size;
  }
  return std::nullopt;
}

std::string ByteSize::text() const {
  for (const Unit& each : kUnits) {
    if (!each.name.ends_with("iB") || count == 0 || count % each.factor != 0) continue;
    return fmt::format("{}{}", count / each.factor, each.name);
  }
  return fmt::format("{}", count);
}

}  // namespace vaettir::schema
