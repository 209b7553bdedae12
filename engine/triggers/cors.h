// Cross-origin requests to webhooks (facts/n8n.md 6.1): which fields an answer carries, and the
// answer to a preflight. Pure but for what they add to the exchange's reply.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/http/exchange.h"

namespace vaettir::engine {

// The Access-Control-Allow-Origin for a request from `origin`; `allowed` is the node's option: "*"
// or empty (any), one origin, or several separated by commas.
std::string allowed_origin(std::string_view allowed, std::string_view origin);

// For requests with an Origin; to be called when the reply is filled.
void add_cors_fields(http::Exchange& ex, std::string_view allowed,
                     std::span<const std::string_view> methods);
// 204 to an OPTIONS request that no workflow answers itself.
void answer_preflight(http::Exchange& ex, std::string_view allowed,
                      std::span<const std::string_view> methods);

}  // namespace vaettir::engine
