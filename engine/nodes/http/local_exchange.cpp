#include "engine/nodes/http/local_exchange.h"

namespace vaettir::engine {

LocalExchange::LocalExchange(Loop& loop, std::string_view method, const Url& url,
                             const std::vector<std::pair<std::string, std::string>>& headers,
                             std::string content)
    : Exchange(loop), content_(std::move(content)) {
  body = &content_;
  client.in_process = true;
  request.method = arena_.copy(method);
  request.authority = arena_.copy(url.authority());
  request.host = arena_.copy(url.host);
  request.target = arena_.copy(url.target());
  request.path = request.target.substr(0, url.path.size());
  request.has_query = url.has_query;
  if (url.has_query) request.query = request.target.substr(url.path.size() + 1);
  request.headers.add(http::Name::kHost, request.authority);
  for (const auto& [name, value] : headers) {
    request.headers.add(arena_.copy(name), arena_.copy(value));
  }
  const std::uint64_t length = *content_.length();
  if (length > 0 || (method != "GET" && method != "HEAD")) {
    request.headers.add(http::Name::kContentLength, arena_.copy(std::to_string(length)));
  }
}

Task<Result<>> LocalExchange::send() {
  return Result<>(fail(Cause::kInternal, "an exchange within the process is not sent"));
}

Task<Result<>> LocalExchange::send_interim(std::uint16_t, const http::Headers&) {
  return Result<>();  // nobody waits for one
}

}  // namespace vaettir::engine
