// LocalExchange: a request that a workflow makes to a Service of this process, without a socket.
// Lives in the coroutine that makes it, on the execution's loop; whoever reads the reply is that
// coroutine, so nothing is ever sent.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http/exchange.h"
#include "engine/nodes/http/url.h"

namespace vaettir::engine {

class LocalExchange final : public http::Exchange {
 public:
  LocalExchange(Loop& loop, std::string_view method, const Url& url,
                const std::vector<std::pair<std::string, std::string>>& headers, std::string body);

  Task<Result<>> send() override;
  Task<Result<>> send_interim(std::uint16_t status, const http::Headers& headers) override;

 private:
  http::TextBody content_;
};

}  // namespace vaettir::engine
