#include "gateway/upstream/origins.h"

namespace vaettir::gateway {
Origins::Origins(Loop& loop, Shared& shared)
    : loop_(loop),
      shared_(shared),
      resolver_(shared.resolver ? shared.resolver(loop) : net::system_resolver(loop, shared.pool)) {
  loop.sweep(*this);
}

Origins::~Origins() {
  for (auto& [url, origin] : known_) origin->close_idle(kNever);
}

std::shared_ptr<Origin> Origins::find(const routes::ServerUrl& url) {
  routes::ServerUrl key = url;
  key.path.clear();
  std::shared_ptr<Origin>& found = known_[key.text()];
  if (!found) found = std::make_shared<Origin>(*this, url);
  return found;
}

void Origins::on_sweep(Deadline now) {
  for (auto it = known_.begin(); it != known_.end();) {
    const bool named = it->second.use_count() > 1;
    it->second->close_idle(named ? now - kIdleTime : kNever);
    it = named ? std::next(it) : known_.erase(it);
  }
}

Result<net::TlsClient*> Origins::tls() {
  if (!tls_) {
    TRY(tls_, net::TlsClient::create(loop_, {.roots_pem = shared_.upstream_roots_pem}));
  }
  return tls_.get();
}

}  // namespace vaettir::gateway
