#include "engine/triggers/cors.h"

#include <algorithm>
#include <vector>

#include "base/core/text.h"

namespace vaettir::engine {
namespace {

constexpr std::string_view kPreflightSeconds = "300";

std::string method_list(std::span<const std::string_view> methods) {
  std::string out = "OPTIONS";
  for (std::string_view method : methods)
    if (method != "OPTIONS") out.append(", ").append(method);
  return out;
}

}  // namespace

std::string allowed_origin(std::string_view allowed, std::string_view origin) {
  const std::vector<std::string_view> list = split_list(allowed);
  const bool any = list.empty() || std::ranges::find(list, "*") != list.end() ||
                   std::ranges::find(list, origin) != list.end();
  return std::string(any ? origin : list.front());
}

void add_cors_fields(http::Exchange& ex, std::string_view allowed,
                     std::span<const std::string_view> methods) {
  const auto origin = ex.request.headers.find(http::Name::kOrigin);
  if (!origin) return;
  http::Headers& fields = ex.reply.headers;
  fields.set("Access-Control-Allow-Methods", ex.arena().copy(method_list(methods)));
  fields.set("Access-Control-Allow-Origin", ex.arena().copy(allowed_origin(allowed, *origin)));
  if (!fields.lists(http::Name::kVary, "Origin")) fields.add(http::Name::kVary, "Origin");
}

void answer_preflight(http::Exchange& ex, std::string_view allowed,
                      std::span<const std::string_view> methods) {
  ex.reply = http::Reply{};
  ex.reply.status = 204;
  if (!ex.request.headers.has(http::Name::kOrigin))
    ex.reply.headers.add(http::Name::kAllow, ex.arena().copy(method_list(methods)));
  add_cors_fields(ex, allowed, methods);
  ex.reply.headers.set("Access-Control-Max-Age", kPreflightSeconds);
  if (const auto wanted = ex.request.headers.find("Access-Control-Request-Headers"))
    ex.reply.headers.set("Access-Control-Allow-Headers", *wanted);
}

}  // namespace vaettir::engine
