// Refusals of webhooks: a problem document with n8n's code, message and hint beside its members, so
// that scripts written for either understand it. Browsers get the usual page.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/core/json.h"
#include "base/http/exchange.h"

namespace vaettir::engine {

// status 0: the cause's. `message` is for anybody.
void refuse_webhook(http::Exchange& ex, Cause cause, std::uint16_t status, std::string message,
                    std::string_view hint = {});

// Nobody listens at `path`, or only to other methods.
void refuse_unknown(http::Exchange& ex, std::string_view path,
                    std::span<const std::string_view> methods);

}  // namespace vaettir::engine
