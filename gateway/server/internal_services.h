// Services behind `@internal` names that the gateway answers itself. Stateless but for what they
// show; one for all loops.
#pragma once
#include "base/http/service.h"
#include "routes/table.h"

namespace vaettir::gateway {

struct Shared;

// nullptr: not part of this program (yet).
std::unique_ptr<http::Service> internal_service(routes::Internal which, Shared& shared);

}  // namespace vaettir::gateway
