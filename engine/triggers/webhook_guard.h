// Who may call a webhook (facts/n8n.md 6.4): addresses and robots. Credentials are checked where
// credentials exist: until then a workflow that asks for them is not activated. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/exchange.h"
#include "base/net/address.h"

namespace vaettir::engine {

struct Webhook;

// "10.0.0.0/8, 192.0.2.7". Errors (bad_request): which element is neither address nor network.
Result<std::vector<net::Network>> parse_networks(std::string_view list);

// The client as N8N_PROXY_HOPS says: the address of the socket, or the one that the outermost of
// `hops` trusted proxies wrote into X-Forwarded-For.
net::Address client_address(const http::Exchange& ex, int hops);

// Why the call is refused, if it is.
std::optional<std::string> reason_to_refuse(const Webhook& webhook, const http::Exchange& ex,
                                            int hops);

}  // namespace vaettir::engine
