#include "gateway/server/edge.h"

#include <unistd.h>

#include <future>

#include "base/http/target.h"
#include "gateway/server/edge_state.h"

namespace vaettir::gateway {
namespace {

// Open connections of clients, all entry points together: below the usual descriptor limit of a
// service, twice over (each may need one to a service).
constexpr std::uint32_t kMostConnections = 20'000;
constexpr std::size_t kLoopNameLetters = 12;

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

// Runs `work` on the loop and waits for it.
template <class Work>
auto on_loop(Loop& loop, Work work) {
  std::promise<std::invoke_result_t<Work&>> promise;
  auto result = promise.get_future();
  loop.post([&promise, &work] {
    if constexpr (std::is_void_v<std::invoke_result_t<Work&>>) {
      work();
      promise.set_value();
    } else {
      promise.set_value(work());
    }
  });
  return result.get();
}

}  // namespace

Edge::State::State(Options given)
    : options(std::move(given)),
      own_metrics(options.metrics == nullptr ? std::make_unique<observe::Registry>() : nullptr),
      shared{.log = *options.log,
             .access_log = options.access_log,
             .metrics = options.metrics != nullptr ? *options.metrics : *own_metrics,
             .clock = options.clock != nullptr ? *options.clock : real_wall_clock(),
             .entropy = options.entropy != nullptr ? *options.entropy : real_entropy(),
             .pool = *options.pool},
      targets(options.data / "targets.json", shared.clock, shared.log,
              [this](const routes::ServerUrl& url) { return is_own(url); }),
      publisher(control(), shared, targets, options.sources, options.data, options.before_publish),
      admin(publisher, targets, shared, [this] { return whole_status(); }),
      admin_socket(control(), admin, shared) {
  shared.loop_name = "vaettir-" + shared.entropy.id(kLoopNameLetters);
  shared.host_name = host_name();
  shared.certificates = options.certificates;
  shared.connections = std::make_shared<net::ConnectionLimit>(kMostConnections);
  shared.upstream_roots_pem = options.upstream_roots_pem;
  shared.resolver = options.resolver;
  if (options.limits) shared.limits = *options.limits;
  for (const auto* loops : {&options.edge_loops, &options.more_loops}) {
    for (Loop* loop : *loops) gateways.push_back(std::make_unique<Gateway>(*loop, shared));
  }
}

bool Edge::State::is_own(const routes::ServerUrl& url) const {
  const auto literal = routes::IpAddress::parse(url.host);
  const bool local = url.host == "localhost" || url.host.ends_with(".localhost") ||
                     (literal && literal->is_loopback());
  for (const Shared::BoundPort& each : shared.bound) {
    if (each.address.port() != url.port) continue;
    const bool everywhere = each.address.is_unspecified();
    if (local && (everywhere || each.address.is_loopback())) return true;
    if (literal && (literal->bytes == each.address.bytes() ||
                    (everywhere && literal->bytes == decltype(literal->bytes){}))) {
      return true;
    }
  }
  return false;
}

Edge::Edge(std::unique_ptr<State> state) : state_(std::move(state)) {}
Edge::~Edge() = default;

Result<std::unique_ptr<Edge>> Edge::open(Options options) {
  CHECK(!options.edge_loops.empty() && options.log != nullptr && options.pool != nullptr);
  std::unique_ptr<Edge> edge(new Edge(std::make_unique<State>(std::move(options))));
  edge->state_->targets.restore();
  TRY_OK(edge->state_->publisher.open());
  return edge;
}

void Edge::connect_internal(InternalServices services) { state_->shared.engine = services.engine; }

Result<> Edge::listen() {
  const auto table = state_->publisher.table();
  for (const routes::EntryPoint& each : table->entry_points()) TRY_OK(state_->listen(each));
  std::vector<Gateway*> all;
  for (const auto& each : state_->gateways) all.push_back(each.get());
  // Not earlier: a redirection needs the port that was chosen.
  state_->publisher.adopt_all(std::move(all));
  return state_->admin_socket.listen(state_->options.data / "admin.sock");
}

Result<> Edge::State::listen(const routes::EntryPoint& settings) {
  TRY(net::Address address, net::Address::parse(settings.address.text()));
  if (address.port() != 0) TRY_OK(net::check_free(address));
  const std::size_t loops = options.edge_loops.size();
  for (std::size_t i = 0; i < loops; i++) {
    auto entry = std::make_unique<EntryPoint>(*gateways[i], settings);
    if (auto bound = entry->listen(address, loops > 1); !bound) {
      return std::unexpected(
          std::move(bound).error().because("entry point '" + settings.name + "'"));
    }
    address = entry->address();
    entry_points.push_back(std::move(entry));
    entry_point_loops.push_back(options.edge_loops[i]);
  }
  const auto table = publisher.table();
  const auto id = table->entry_point_named(settings.name);
  shared.bound.push_back(
      {settings.name, address, table->serves_tls(*id), table->serves_plain(*id)});
  return {};
}

std::vector<Bound> Edge::bound() const {
  std::vector<Bound> all;
  for (const Shared::BoundPort& each : state_->shared.bound) {
    all.push_back({each.entry_point, each.address, each.tls, each.plain});
  }
  return all;
}

std::uint16_t Edge::port_of(std::string_view entry_point) const {
  return state_->shared.port_of(entry_point);
}

void Edge::follow() {
  State& state = *state_;
  state.shared.serving = true;
  state.control().post([&state] {
    state.following.spawn(state.publisher.follow(state.options.poll));
    state.following.spawn(state.publisher.follow_targets());
  });
}

http::Directory* Edge::directory(Loop& loop) {
  for (const auto& each : state_->gateways) {
    if (&each->loop() == &loop) return &each->targets();
  }
  return nullptr;
}

std::shared_ptr<const routes::RouteTable> Edge::table() const { return state_->publisher.table(); }
schema::Report Edge::report() const { return state_->publisher.report(); }
Environment Edge::environment() const { return state_->publisher.environment(); }
std::string Edge::metrics() const { return state_->shared.metrics.text(); }

namespace {

Task<void> reload_now(Publisher& publisher) { (void)co_await publisher.reload(true); }

Task<void> reload_for(Publisher& publisher, std::promise<ReloadOutcome>& promise) {
  promise.set_value(co_await publisher.reload(true));
}

}  // namespace

void Edge::reload_soon() {
  State& state = *state_;
  state.control().post([&state] { state.following.spawn(reload_now(state.publisher)); });
}

ReloadOutcome Edge::reload() {
  State& state = *state_;
  std::promise<ReloadOutcome> promise;
  auto outcome = promise.get_future();
  state.control().post(
      [&state, &promise] { state.following.spawn(reload_for(state.publisher, promise)); });
  return outcome.get();
}

void Edge::stop(Duration grace) {
  State& state = *state_;
  state.shared.serving = false;
  on_loop(state.control(), [&state] {
    state.following.clear();
    state.admin_socket.drain();
  });
  for (std::size_t i = 0; i < state.entry_points.size(); i++) {
    on_loop(*state.entry_point_loops[i], [&] { state.entry_points[i]->drain(); });
  }
  // How often it is looked whether all are done: a person does not notice, a machine does not
  // sweat.
  constexpr Duration kTick = std::chrono::milliseconds(10);
  const Deadline deadline = Clock::now() + grace;
  const auto all_idle = [&state] {
    for (std::size_t i = 0; i < state.entry_points.size(); i++) {
      if (!on_loop(*state.entry_point_loops[i], [&] { return state.entry_points[i]->idle(); })) {
        return false;
      }
    }
    return true;
  };
  while (!all_idle() && Clock::now() < deadline) std::this_thread::sleep_for(kTick);
  for (std::size_t i = 0; i < state.entry_points.size(); i++) {
    on_loop(*state.entry_point_loops[i], [&] { state.entry_points[i]->cut(); });
  }
  on_loop(state.control(), [&state] { state.admin_socket.cut(); });
}

}  // namespace vaettir::gateway
