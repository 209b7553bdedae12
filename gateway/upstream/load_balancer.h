// LoadBalancer: a `loadBalancer` service on one loop: weighted round robin over its servers, the
// next one when a connection cannot be made. Part of a Plan; its connections are the Origins'.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/http/service.h"
#include "gateway/upstream/forward.h"
#include "gateway/upstream/origin.h"
#include "routes/table.h"

namespace vaettir::gateway {

class LoadBalancer final : public http::Service {
 public:
  // `first`: where the round begins, so that reloads do not favour the first server. `settings`
  // lives as long as the table.
  LoadBalancer(Origins& origins, const routes::LoadBalancer& settings, std::uint32_t first);

  Task<void> serve(http::Exchange& ex) override;

 private:
  struct Server {
    std::shared_ptr<Origin> origin;
    std::string path_prefix;
    std::int64_t weight;
    std::int64_t credit;  // of smooth weighted round robin
  };
  std::size_t next();  // index of the server whose turn it is
  Hop hop_to(const Server& server, http::Exchange& ex) const;

  const routes::LoadBalancer& settings_;
  const std::string& loop_name_;
  std::vector<Server> servers_;
};

}  // namespace vaettir::gateway
