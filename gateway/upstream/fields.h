// The fields of a message on its way to a service and back. What belongs to one hop was taken from
// the request when it came in (server/forwarded.h). Pure but for the arena.
#pragma once
#include "base/http/exchange.h"
#include "base/http/h1_client.h"

namespace vaettir::gateway {

struct Hop;
struct Shared;

// Host and Origin as the hop wants them, CDN-Loop with our name, everything else as it came.
void request_fields(http::Exchange& ex, const Hop& hop, http::Headers& out);
// Without the fields of the hop.
void pass_answer_fields(const http::UpstreamResponse& answer, http::Headers& out);

}  // namespace vaettir::gateway
