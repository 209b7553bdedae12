// The item a webhook call becomes (facts/n8n.md 6.1, 6.2): {headers, params, query, body,
// webhookUrl, executionMode} and, for files, binary data. On the edge loop of the call.
#pragma once
#include <string>
#include <string_view>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/http/exchange.h"
#include "engine/model/item.h"
#include "engine/triggers/webhook_table.h"

namespace vaettir::engine {

// A body that cannot be read as what it says it is: status and n8n's message.
struct UnreadableBody {
  std::uint16_t status = 422;
  std::string message;
};

// `body` whole, as received. Errors: what is wrong with it.
std::expected<Item, UnreadableBody> webhook_item(const http::Request& request,
                                                 const WebhookTable::Found& found,
                                                 std::string_view webhook_url, std::string body);

// gzip and deflate (RFC 9110 section 8.4.1), at most `limit` bytes. Errors: body_too_large,
// bad_request.
Result<std::string> inflate(std::string_view encoding, std::string body, std::size_t limit);

}  // namespace vaettir::engine
