#include "engine/triggers/webhook_refusal.h"

#include <fmt/format.h>

#include "base/http/problem.h"

namespace vaettir::engine {

void refuse_webhook(http::Exchange& ex, Cause cause, std::uint16_t status, std::string message,
                    std::string_view hint) {
  ex.refuse(cause, message);
  if (status != 0) ex.reply.status = status;
  if (http::wants_html(ex.request.headers)) return;
  const std::string document = http::problem_document({.cause = cause,
                                                       .status = ex.reply.status,
                                                       .request_id = {},
                                                       .detail = message,
                                                       .trusted = ex.client.peer.is_loopback()});
  json::Value value = json::parse(document).value_or(json::Value::object({}));
  value = value.with("code", static_cast<int>(ex.reply.status)).with("message", message);
  if (!hint.empty()) value = value.with("hint", hint);
  ex.reply.headers.add(http::Name::kContentType, "application/problem+json");
  ex.reply.headers.add(http::Name::kProxyStatus, ex.arena().copy(http::proxy_status(cause)));
  ex.reply.headers.add(http::Name::kCacheControl, "no-store");
  ex.reply.body = std::make_unique<http::TextBody>(json::to_text(value) + "\n");
}

void refuse_unknown(http::Exchange& ex, std::string_view path,
                    std::span<const std::string_view> methods) {
  if (methods.empty())
    return refuse_webhook(
        ex, Cause::kWorkflowNotFound, 0,
        fmt::format("The requested webhook \"{} {}\" is not registered.", ex.request.method, path),
        "The workflow must be active for a production URL to run successfully.");
  std::string others(methods.front());
  for (std::size_t at = 1; at < methods.size(); ++at)
    others.append(at + 1 == methods.size() ? " or " : ", ").append(methods[at]);
  refuse_webhook(ex, Cause::kWorkflowNotFound, 0,
                 fmt::format("This webhook is not registered for {} requests. Did you mean to make "
                             "a {} request?",
                             ex.request.method, others));
}

}  // namespace vaettir::engine
