#include "gateway/admin/admin_service.h"

#include "base/core/text.h"

namespace vaettir::gateway {
namespace {

constexpr std::string_view kTargets = "/api/targets";
// A url and a duration.
constexpr std::size_t kMostBodyBytes = 64 * 1024;
constexpr std::uint16_t kUnprocessable = 422;  // RFC 9110 section 15.5.21

void answer_json(http::Exchange& ex, const json::Value& value) {
  ex.answer(200, "application/json", json::to_text(value) + "\n");
  ex.reply.headers.add(http::Name::kCacheControl, "no-store");
}

void refuse_method(http::Exchange& ex, std::string_view allowed) {
  ex.refuse(Cause::kBadRequest, fmt::format("only {} is known here", allowed));
  ex.reply.status = 405;
  ex.reply.headers.add(http::Name::kAllow, allowed);
}

json::Value array_of(const std::vector<std::string>& texts) {
  std::vector<json::Value> elements(texts.begin(), texts.end());
  return json::Value::array(std::move(elements));
}

}  // namespace

Task<void> AdminService::serve(http::Exchange& ex) {
  const std::string_view path = ex.request.path;
  const bool reads = ex.request.method == "GET" || ex.request.method == "HEAD";
  if (ex.answered()) co_return;  // malformed
  if (path == "/api/reload") {
    if (ex.request.method != "POST") co_return refuse_method(ex, "POST");
    co_await reload(ex);
  } else if (path == "/api/status") {
    if (!reads) co_return refuse_method(ex, "GET");
    answer_json(ex, status_());
  } else if (path == "/api/metrics") {
    if (!reads) co_return refuse_method(ex, "GET");
    ex.answer(200, observe::Registry::kContentType, shared_.metrics.text());
  } else if (path == kTargets) {
    if (!reads) co_return refuse_method(ex, "GET");
    answer_json(ex, json::ObjectBuilder().set("targets", targets_.listed()).finish());
  } else if (path.starts_with(kTargets) && path[kTargets.size()] == '/') {
    co_await target(ex, path.substr(kTargets.size() + 1));
  } else {
    ex.refuse(Cause::kNoRoute, fmt::format("there is no {} here", path));
  }
}

Task<void> AdminService::reload(http::Exchange& ex) {
  const ReloadOutcome outcome = co_await publisher_.reload(true);
  if (!outcome.applied) {
    ex.refuse(Cause::kBadRequest, outcome.report.render());
    ex.reply.status = kUnprocessable;
    co_return;
  }
  json::ObjectBuilder out;
  out.set("applied", true);
  out.set("generation", outcome.generation);
  out.set("fallen_back", array_of(outcome.fallen_back));
  out.set("left_out", array_of(outcome.left_out));
  out.set("diagnostics", outcome.report.to_json());
  answer_json(ex, out.finish());
}

Task<void> AdminService::target(http::Exchange& ex, std::string_view encoded_name) {
  const std::string name = percent_decode(encoded_name).value_or("");
  Result<> done;
  if (ex.request.method == "PUT") {
    done = co_await set(ex, name);
  } else if (ex.request.method == "DELETE") {
    done = targets_.reset(name);
  } else if (ex.request.method != "GET" && ex.request.method != "HEAD") {
    co_return refuse_method(ex, "GET, PUT, DELETE");
  }
  if (!done) {
    ex.refuse(std::move(done).error());
    co_return;
  }
  const bool changed = ex.request.method == "PUT" || ex.request.method == "DELETE";
  if (changed) co_await publisher_.publish_targets();
  const json::Value row = targets_.listed(name);
  if (row.is_undefined() && !changed) {
    ex.refuse(Cause::kNoRoute, fmt::format("there is no target '{}'", name));
    co_return;
  }
  answer_json(ex, row.is_undefined() ? json::ObjectBuilder().set("name", name).finish() : row);
}

Task<Result<>> AdminService::set(http::Exchange& ex, std::string name) {
  CO_TRY(const std::string text, co_await http::read_all(*ex.body, kMostBodyBytes));
  CO_TRY(const json::Value body, json::parse(text));
  const std::string_view url = body["url"].string_or("");
  if (url.empty()) co_return fail(Cause::kBadRequest, "the body needs a member 'url'");
  std::optional<Duration> life;
  if (const std::string_view ttl = body["ttl"].string_or(""); !ttl.empty()) {
    life = parse_duration(ttl);
    if (!life) {
      co_return fail(Cause::kBadRequest, "'ttl' is not a duration such as 30m, 8h or 90s");
    }
  }
  co_return targets_.set(name, url, life);
}

}  // namespace vaettir::gateway
