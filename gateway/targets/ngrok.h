// What is known about ngrok's tunnels (facts/gateway.md 6.3): their hosts, and the errors they
// answer with in the service's place. Pure.
#pragma once
#include <optional>
#include <string_view>

#include "base/core/cause.h"
#include "base/http/headers.h"

namespace vaettir::gateway {

inline constexpr std::string_view kNgrokErrorField = "ngrok-error-code";
inline constexpr std::string_view kNgrokSkipField = "ngrok-skip-browser-warning";

bool is_ngrok_host(std::string_view host);  // lower case
// The cause behind an answer's ngrok-error-code; nullopt: it has none, the service has answered.
std::optional<Cause> ngrok_cause(const http::Headers& answer);

}  // namespace vaettir::gateway
