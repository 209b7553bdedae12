#include "engine/nodes/http/call.h"

#include "base/async/within.h"
#include "base/core/text.h"
#include "base/http/reason_phrase.h"
#include "engine/nodes/http/local_exchange.h"

namespace vaettir::engine {
namespace {

// What a workflow can reasonably hold in memory as one item.
constexpr std::size_t kMostResponseBytes = 64 * 1024 * 1024;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Task<Result<HttpAnswer>> in_process(Loop& loop, http::Service& service, const HttpCall& call) {
  LocalExchange ex(loop, call.method, call.url, call.headers, call.body);
  co_await service.serve(ex);
  if (ex.cause()) co_return fail(*ex.cause(), std::string(ex.detail()));
  HttpAnswer answer;
  answer.status = ex.reply.status;
  answer.reason = http::reason_phrase(ex.reply.status);
  for (const http::Field& field : ex.reply.headers.fields()) {
    answer.headers.emplace_back(field.name, field.value);
  }
  if (ex.reply.body && call.method != "HEAD") {
    CO_TRY(answer.body, co_await http::read_all(*ex.reply.body, kMostResponseBytes));
  }
  answer.url = call.url;
  co_return answer;
}

Task<Result<HttpAnswer>> outside(http::FetchClient& client, const HttpCall& call, Duration limit) {
  http::FetchRequest request;
  request.method = call.method;
  request.url = call.url.text();
  request.headers = call.headers;
  request.body = call.body;
  request.send_body = call.has_body;
  request.timeout = limit;
  request.connect_timeout = std::min(request.connect_timeout, limit);
  request.max_response_bytes = kMostResponseBytes;
  request.verify_tls = call.verify_tls;
  request.proxy = call.proxy;
  CO_TRY(http::FetchResult result, co_await client.fetch(std::move(request)));
  co_return HttpAnswer{result.status, std::move(result.reason), std::move(result.headers),
                       std::move(result.body), call.url};
}

Task<Result<HttpAnswer>> one_hop(const NodeServices& services, const HttpCall& call,
                                 Deadline deadline) {
  const Duration left = deadline - services.loop.now();
  if (left <= Duration::zero()) co_return fail(Cause::kUpstreamTimeout);
  http::Service* target = nullptr;
  if (services.targets != nullptr && call.url.scheme == "http") {
    target = services.targets->find(call.url.host);
  }
  if (target == nullptr) {
    if (services.client == nullptr) {
      co_return fail(Cause::kConnectUnreachable, "no way out of this process is configured");
    }
    co_return co_await outside(*services.client, call, left);
  }
  std::optional<Result<HttpAnswer>> answer =
      co_await within(services.loop, left, in_process(services.loop, *target, call));
  if (!answer) co_return fail(Cause::kUpstreamTimeout);
  co_return *std::move(answer);
}

void remove_header(HeaderList& headers, std::string_view name) {
  std::erase_if(headers, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

// The request that a redirect asks for (RFC 9110 section 15.4, as browsers do it).
void redirect(HttpCall& call, Url to, int status) {
  const bool to_get = (status == 303 && call.method != "HEAD") ||
                      ((status == 301 || status == 302) && call.method == "POST");
  if (to_get) {
    call.method = "GET";
    call.body.clear();
    call.has_body = false;
    remove_header(call.headers, "Content-Type");
  }
  const bool downgrade = call.url.scheme == "https" && to.scheme == "http";
  if (downgrade || (!call.keep_credentials && !call.url.same_origin(to))) {
    remove_header(call.headers, "Authorization");
    remove_header(call.headers, "Cookie");
  }
  remove_header(call.headers, "Host");
  call.url = std::move(to);
}

Error located(const HttpCall& call, const Error& error) {
  const std::string_view remedy = facts(error.cause()).remedy;
  return Error(error.cause(),
               fmt::format("{} {} failed with {}: {} ({})", call.method, call.url.shown(),
                           facts(error.cause()).name, error.text(), remedy));
}

}  // namespace

std::string_view header_of(const HeaderList& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return {};
}

Task<Result<HttpAnswer>> send_call(const NodeServices& services, HttpCall call) {
  const Deadline deadline = services.loop.now() + call.timeout;
  for (int redirects = 0;; ++redirects) {
    Result<HttpAnswer> answer = co_await one_hop(services, call, deadline);
    if (!answer) co_return std::unexpected(located(call, answer.error()));
    const std::string_view location = header_of(answer->headers, "Location");
    if (!call.follow_redirects || !is_redirect(answer->status) || location.empty()) {
      co_return answer;
    }
    if (redirects == call.max_redirects) {
      co_return fail(Cause::kUpstreamBadResponse,
                     fmt::format("{} {} was redirected {} times, which is the most that is allowed",
                                 call.method, call.url.shown(), redirects));
    }
    Result<Url> to = call.url.resolve(location);
    if (!to) co_return std::unexpected(located(call, to.error()));
    redirect(call, *std::move(to), answer->status);
  }
}

}  // namespace vaettir::engine
