#include "base/core/cause.h"

#include <array>

namespace vaettir {
namespace {

constexpr std::array kFacts = {
#define CAUSE(constant, name, status, side, retry, proxy_error, sentence, remedy) \
  CauseFacts{Cause::constant, name, status, Side::side, retry, proxy_error, sentence, remedy},
#include "base/core/cause.def"
#undef CAUSE
};

}  // namespace

const CauseFacts& facts(Cause cause) { return kFacts[static_cast<std::size_t>(cause)]; }

std::span<const CauseFacts> all_causes() { return kFacts; }

std::optional<Cause> cause_named(std::string_view name) {
  for (const CauseFacts& each : kFacts) {
    if (each.name == name) return each.cause;
  }
  return std::nullopt;
}

}  // namespace vaettir
