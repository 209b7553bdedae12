#include "gateway/targets/ngrok.h"

#include <algorithm>

namespace vaettir::gateway {
namespace {

constexpr std::string_view kDomains[] = {
    ".ngrok-free.app", ".ngrok-free.dev", ".ngrok-free.pizza", ".ngrok.app",
    ".ngrok.dev",      ".ngrok.io",       ".ngrok.pizza",
};

// Request and traffic allowances.
constexpr std::string_view kQuota[] = {"ERR_NGROK_718", "ERR_NGROK_720", "ERR_NGROK_727",
                                       "ERR_NGROK_734", "ERR_NGROK_4027"};

}  // namespace

bool is_ngrok_host(std::string_view host) {
  return std::ranges::any_of(kDomains,
                             [&](std::string_view domain) { return host.ends_with(domain); });
}

std::optional<Cause> ngrok_cause(const http::Headers& answer) {
  const auto code = answer.find(kNgrokErrorField);
  if (!code) return std::nullopt;
  if (std::ranges::find(kQuota, *code) != std::end(kQuota)) return Cause::kTunnelQuota;
  // The agent is there, but nothing listens on its port, or what listens speaks no HTTP.
  if (*code == "ERR_NGROK_8012") return Cause::kConnectRefused;
  if (*code == "ERR_NGROK_3004") return Cause::kUpstreamBadResponse;
  return Cause::kTunnelOffline;
}

}  // namespace vaettir::gateway
