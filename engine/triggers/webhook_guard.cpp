#include "engine/triggers/webhook_guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.h"
#include "engine/triggers/webhook_table.h"

namespace vaettir::engine {
namespace {

// What programs that fetch links by themselves call themselves.
constexpr std::string_view kRobots[] = {
    "bot",     "crawl",      "spider",  "slurp", "facebookexternalhit", "whatsapp",
    "preview", "headless",   "scrape",  "wget",  "python-requests",     "go-http-client",
    "monitor", "lighthouse", "pingdom", "curl/", "apache-httpclient",   "fetcher"};

bool is_robot(std::string_view user_agent) {
  const std::string name = lower(user_agent);
  return std::ranges::any_of(
      kRobots, [&](std::string_view robot) { return name.find(robot) != std::string::npos; });
}

}  // namespace

Result<std::vector<net::Network>> parse_networks(std::string_view list) {
  std::vector<net::Network> networks;
  for (std::string_view element : split_list(list)) {
    TRY(net::Network network, net::Network::parse(element));
    networks.push_back(network);
  }
  return networks;
}

net::Address client_address(const http::Exchange& ex, int hops) {
  const auto field = ex.request.headers.find(http::Name::kXForwardedFor);
  if (hops <= 0 || !field) return ex.client.peer;
  const std::vector<std::string_view> chain = split_list(*field);
  if (chain.empty()) return ex.client.peer;
  const std::size_t from_end = std::min(static_cast<std::size_t>(hops), chain.size());
  return net::Address::parse_host(chain[chain.size() - from_end]).value_or(net::Address());
}

std::optional<std::string> reason_to_refuse(const Webhook& webhook, const http::Exchange& ex,
                                            int hops) {
  if (webhook.setup.ignore_bots) {
    const auto user_agent = ex.request.headers.find(http::Name::kUserAgent);
    if (user_agent && is_robot(*user_agent)) return "robots are not answered here";
  }
  if (webhook.allowed.empty()) return std::nullopt;
  const net::Address client = client_address(ex, hops);
  const bool allowed = std::ranges::any_of(
      webhook.allowed, [&](const net::Network& network) { return network.contains(client); });
  if (allowed) return std::nullopt;
  return fmt::format("{} is not allowed to call this webhook (ipWhitelist of its node)",
                     client.host_text());
}

}  // namespace vaettir::engine
