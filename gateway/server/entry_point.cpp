#include "gateway/server/entry_point.h"

#include <sys/socket.h>

#include "base/net/stream.h"
#include "gateway/server/exchange.h"
#include "gateway/server/field_source.h"
#include "gateway/server/gateway.h"

namespace vaettir::gateway {
namespace {

// A handshake is two round trips; a phone on a bad line needs seconds, nobody needs more.
constexpr Duration kHandshakeTime = std::chrono::seconds(10);
constexpr unsigned char kTlsHandshakeRecord = 0x16;  // RFC 8446 section 5.1

template <class T>
void take_if_set(T& into, const auto& setting) {
  if (setting != std::remove_cvref_t<decltype(setting)>{}) into = setting;
}

http::Limits limits_of(const routes::EntryPoint& settings, http::Limits limits) {
  take_if_set(limits.head_timeout, settings.header_timeout);
  take_if_set(limits.body_idle, std::max(settings.read_timeout, settings.write_timeout));
  take_if_set(limits.keep_alive_idle, settings.idle_timeout);
  take_if_set(limits.head_bytes, settings.max_header_bytes);
  take_if_set(limits.fields, settings.max_header_fields);
  take_if_set(limits.line_bytes, settings.max_line_bytes);
  limits.minimum_rate.bytes_per_second = settings.minimum_rate;
  return limits;
}

observe::Labels labels(const routes::EntryPoint& settings) {
  return {{"entrypoint", settings.name}};
}

}  // namespace

EntryPoint::EntryPoint(Gateway& gateway, const routes::EntryPoint& settings)
    : gateway_(gateway),
      name_(settings.name),
      server_(gateway.loop(), *this, gateway.shared().clock,
              {.limits = limits_of(settings, gateway.shared().limits), .renderer = &refusals_}),
      durations_(gateway.shared().metrics.histogram(
          "vaettir_request_duration_seconds", "From the head of a request to the end of its answer",
          labels(settings))),
      bytes_in_(gateway.shared().metrics.counter(
          "vaettir_request_bytes_total", "Content of requests that was read", labels(settings))),
      bytes_out_(gateway.shared().metrics.counter(
          "vaettir_response_bytes_total", "Content of answers that was sent", labels(settings))),
      open_(gateway.shared().metrics.gauge("vaettir_open_connections",
                                           "Open connections of clients", labels(settings))) {}

EntryPoint::~EntryPoint() = default;

Result<> EntryPoint::listen(const net::Address& address, bool several_loops) {
  if (gateway_.shared().certificates != nullptr) {
    TRY(tls_, net::TlsServer::create(gateway_.loop(), *gateway_.shared().certificates,
                                     gateway_.shared().tickets, {}));
  }
  net::Listener::Options options;
  options.limit = gateway_.shared().connections;
  options.reuse_port = several_loops;
  TRY(listener_, net::Listener::bind(gateway_.loop(), address, std::move(options),
                                     [this](net::Accepted one) { accepted(std::move(one)); }));
  return {};
}

void EntryPoint::drain() {
  listener_.reset();
  server_.drain();
}

void EntryPoint::accepted(net::Accepted connection) {
  connections_.spawn(converse(std::move(connection)));
}

Task<void> EntryPoint::converse(net::Accepted connection) {
  const observe::Counted open(open_);
  http::Client client;
  client.peer = connection.peer;
  client.local = net::Address::local_of(connection.fd.value());
  client.entry_point = name_;
  auto stream = co_await opened(std::move(connection.fd));
  if (!stream) {
    tell_handshake_failure(stream.error(), connection.peer);
    co_return;
  }
  if (const net::TlsInfo* tls = (*stream)->tls()) {
    client.tls = true;
    client.server_name = tls->server_name;
  }
  co_await server_.serve(**stream, client);
  (*stream)->close_notify();
}

// An entry point with routes of both kinds tells them apart by the first byte.
Task<Result<std::unique_ptr<net::Stream>>> EntryPoint::opened(net::UniqueFd fd) {
  const Plan& plan = *gateway_.plan();
  const auto id = known_id(plan);
  const bool serves_tls = id && tls_ && plan.table().serves_tls(*id);
  if (serves_tls && plan.table().serves_plain(*id)) return sniffed(std::move(fd));
  if (serves_tls) return tls_->accept(std::move(fd), gateway_.loop().now() + kHandshakeTime);
  return Result<std::unique_ptr<net::Stream>>(
      net::plain_stream(gateway_.loop(), std::move(fd), Side::kClient));
}

Task<Result<std::unique_ptr<net::Stream>>> EntryPoint::sniffed(net::UniqueFd fd) {
  const Deadline deadline = gateway_.loop().now() + kHandshakeTime;
  auto plain = net::plain_stream(gateway_.loop(), std::move(fd), Side::kClient);
  CO_TRY_OK(co_await plain->readable(deadline));
  unsigned char first = 0;
  const auto seen = ::recv(plain->fd(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (seen == 1 && first == kTlsHandshakeRecord) {
    net::UniqueFd socket = plain->release();
    co_return co_await tls_->accept(std::move(socket), deadline);
  }
  co_return plain;
}

// A name without a certificate is something the operator can mend: one line that says how. Port
// scans, old clients and clients that change their mind are not.
void EntryPoint::tell_handshake_failure(const Error& error, const net::Address& peer) {
  observe::Log& log = gateway_.shared().log;
  gateway_.shared().counters.refused(error.cause());
  if (error.cause() == Cause::kTlsCertificate) {
    log.warn("no certificate for a name",
             {{"entry_point", name_}, {"client", peer.to_text()}, {"error", error.text()}});
  } else if (log.enabled(observe::Level::kDebug)) {
    log.debug("handshake failed", {{"entry_point", name_},
                                   {"client", peer.to_text()},
                                   {"cause", error.cause()},
                                   {"error", error.text()}});
  }
}

Task<void> EntryPoint::serve(http::Exchange& ex) { return gateway_.handle(ex, *this); }

const routes::Route* EntryPoint::match(Exchange& ex) {
  const auto id = known_id(ex.plan());
  if (!id) return nullptr;
  const http::Request& request = ex.request();
  const FieldSource fields(request.headers);
  routes::MatchRequest asked{.entry_point = *id,
                             .tls = ex.inner().client.tls,
                             .host = request.authority,
                             .method = request.method,
                             .path = request.path,
                             .query = request.query,
                             .client = ex.peer(),
                             .headers = &fields};
  return ex.plan().match(asked);
}

// Looked up once per plan.
std::optional<routes::EntryPointId> EntryPoint::known_id(const Plan& plan) const {
  if (known_for_ != plan.serial()) {
    known_ = plan.table().entry_point_named(name_);
    known_for_ = plan.serial();
  }
  return known_;
}

const routes::EntryPoint* EntryPoint::settings(const Plan& plan) const {
  const auto id = known_id(plan);
  return id ? &plan.table()[*id] : nullptr;
}

}  // namespace vaettir::gateway
