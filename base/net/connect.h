// connect(): a stream to one of several addresses. Both families are raced (RFC 8305): IPv6 first,
// the next address after 250 ms or as soon as one fails; the first connection wins, the others are
// closed. TCP_NODELAY is set. Unix sockets are addresses like others.
#pragma once
#include <memory>
#include <vector>

#include "base/async/task.h"
#include "base/net/address.h"
#include "base/net/stream.h"

namespace vaettir::net {

// Errors: connect_refused, connect_timeout, connect_unreachable; the text names the addresses.
// No address at all is connect_unreachable.
Task<Result<std::unique_ptr<Stream>>> connect(Loop& loop, std::vector<Address> addresses,
                                              Deadline deadline, Side side = Side::kUpstream);

}  // namespace vaettir::net
