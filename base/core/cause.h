// Cause: why something was refused or failed; one closed list for the whole program (cause.def).
// Values only; facts about a cause are looked up, never stored beside it.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace vaettir {

enum class Cause : std::uint8_t {
#define CAUSE(constant, ...) constant,
#include "base/core/cause.def"
#undef CAUSE
};

// Who is to blame: decides between 4xx, 502 and 500, and what a retry may hope for.
enum class Side : std::uint8_t { kClient, kUpstream, kOurs };

struct CauseFacts {
  Cause cause;
  std::string_view name;  // "connect_refused": logs, metric labels, Proxy-Status details
  std::uint16_t status;   // HTTP status of the answer
  Side side;
  bool retry;                    // the same request may succeed when it is sent again
  std::string_view proxy_error;  // RFC 9209 section 2.3
  std::string_view sentence;     // for anybody
  std::string_view remedy;       // for the operator: shown to loopback clients, log, API
};

const CauseFacts& facts(Cause cause);
std::span<const CauseFacts> all_causes();
std::optional<Cause> cause_named(std::string_view name);

}  // namespace vaettir
