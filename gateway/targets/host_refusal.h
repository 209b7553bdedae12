// Development servers (Vite, webpack) refuse requests for names they do not know, with an answer
// that looks like the application's own. It is recognised here, so that people are told what to do.
#pragma once
#include "base/http/exchange.h"

namespace vaettir::gateway {

// Looks at a short 403 of a service; true: it is such a refusal. Otherwise the reply is as before.
// Errors: what reading its content gave.
Task<Result<bool>> refuses_host(http::Exchange& ex);

}  // namespace vaettir::gateway
