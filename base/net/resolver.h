// Resolver: names to addresses. An interface, so that tests own the answers; system_resolver() is
// the real one. One per loop; outlives the tasks that wait for it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/async/loop.h"
#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/net/address.h"

namespace vaettir::net {

class Resolver {
 public:
  virtual ~Resolver() = default;
  // All addresses of `host` with `port`, at least one; an IP address is its own answer.
  // Errors: dns_failure (no such name, no answer by the deadline).
  virtual Task<Result<std::vector<Address>>> resolve(std::string host, std::uint16_t port,
                                                     Deadline deadline) = 0;
};

// getaddrinfo on the pool (hosts file, search domains and mDNS as everywhere on the machine).
// `localhost` and names under it are loopback without asking (RFC 6761 section 6.3). Questions for
// the same name are asked once; answers are kept for a short time.
std::unique_ptr<Resolver> system_resolver(Loop& loop, ThreadPool& pool);

}  // namespace vaettir::net
