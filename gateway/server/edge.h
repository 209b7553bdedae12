// Edge: the gateway of the whole process: one Gateway per loop, the listeners, the configuration
// that is followed, the targets and the admin socket. app/ opens it on the main thread before any
// loop runs, and destroys it there after all loops have ended.
//
//   ThreadPool pool(4);
//   gateway::Edge::Options options{.edge_loops = {&a, &b}, .more_loops = {&engine_loop}, ...};
//   auto opened = gateway::Edge::open(std::move(options));   // reads and checks the configuration
//   if (!opened) ...            // start_report() of the error: print it, exit 2
//   Engine engine(... .directory = [&](Loop& loop) { return edge->directory(loop); });
//   edge->connect_internal({.engine = &engine.webhooks()});
//   if (auto bound = edge->listen(); !bound) ...              // a port is in use: exit 1
//   edge->print: for (const Bound& each : edge->bound()) ...
//   std::thread(...) { a.run(); } ...                         // from here on the loops run
//   edge->follow();                                           // watches files; the admin socket
//   answers
//   ... SIGHUP: edge->reload_soon();  SIGTERM: edge->stop(grace); then stop the loops, join,
//   destroy.
#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async/loop.h"
#include "base/async/offload.h"
#include "base/core/json.h"
#include "base/core/system.h"
#include "base/http/limits.h"
#include "base/http/service.h"
#include "base/net/address.h"
#include "base/net/certificate_source.h"
#include "base/net/resolver.h"
#include "routes/load.h"

namespace vaettir::observe {
class Log;
class LineSink;
class Registry;
}  // namespace vaettir::observe

namespace vaettir::gateway {

// Where the configuration comes from.
struct ConfigurationSources {
  std::optional<std::filesystem::path> main;      // nullopt: the built-in configuration
  std::optional<std::filesystem::path> env_file;  // watched; its values stand above `process`
  Environment process;                            // what the process was started with
  routes::Overrides overrides;                    // the command line
};

// The services behind `@internal` names that other parts of the program implement. A service may
// be called on every edge loop; nullptr: routes to it are answered with route_disabled.
struct InternalServices {
  http::Service* engine = nullptr;
};

// One listening entry point.
struct Bound {
  std::string entry_point;
  net::Address address;  // with the port that was chosen
  bool tls = false;
  bool plain = false;
};

// What a reload did.
struct ReloadOutcome {
  bool applied = false;                  // false: nothing changed, `report` says why
  std::uint64_t generation = 0;          // in force now, on every loop
  std::vector<std::string> fallen_back;  // files whose last good version is in use
  std::vector<std::string> left_out;     // broken files without one
  schema::Report report;
};

class Edge {
 public:
  struct Options {
    std::vector<Loop*> edge_loops;  // at least one; the first one also does the control work
    std::vector<Loop*> more_loops;  // reach targets in process, listen to nothing (engine loops)
    ThreadPool* pool = nullptr;     // files, names
    std::filesystem::path data;     // admin.sock, targets.json, last-good/
    ConfigurationSources sources;
    // Any thread may ask it (acme::Certificates). nullptr: entry points cannot serve TLS.
    net::CertificateSource* certificates = nullptr;

    observe::Log* log = nullptr;              // required
    observe::LineSink* access_log = nullptr;  // nullptr: none, whatever the configuration says
    observe::Registry* metrics = nullptr;     // shared with other parts; nullptr: its own
    WallClockSource* clock = nullptr;         // nullptr: the real one
    Entropy* entropy = nullptr;               // nullptr: the real one
    // For tests: who resolves names on a loop. Empty: the system.
    std::function<std::unique_ptr<net::Resolver>(Loop&)> resolver;
    std::optional<http::Limits> limits;       // for tests; settings of entry points go above it
    std::string upstream_roots_pem;           // empty: the system's certificate authorities
    Duration poll = std::chrono::seconds(2);  // beside inotify: network file systems have none

    // Called on the first edge loop (or in open()) with every table before any loop uses it:
    // certificates must know the names by then.
    std::function<void(const routes::RouteTable&, const Environment&)> before_publish;
    // Members that GET /api/status shows beside ours (certificates, workflows). Called on the first
    // edge loop; must not block.
    std::function<json::Value()> more_status;
  };

  // Reads the configuration and checks it as a whole (DESIGN 6); a broken route file falls back to
  // its last good version or is left out, a broken main file without one is an error: bad_request,
  // its text the rendered report. Warnings and notices are logged.
  static Result<std::unique_ptr<Edge>> open(Options options);
  ~Edge();  // after all loops have ended
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;

  void connect_internal(InternalServices services);  // before listen()
  // Binds every entry point on every edge loop and the admin socket. Errors: internal, naming
  // address and reason. Before the loops run.
  Result<> listen();
  std::vector<Bound> bound() const;
  // The port an entry point is bound to; 0: it is not.
  std::uint16_t port_of(std::string_view entry_point) const;

  // Once the loops run: /healthz answers 200, files are watched, targets expire.
  void follow();

  // How a workflow's request finds a target on that loop. Before or while the loops run.
  http::Directory* directory(Loop& loop);

  // The table in force and what is said about it; any thread.
  std::shared_ptr<const routes::RouteTable> table() const;
  schema::Report report() const;    // of the latest load
  Environment environment() const;  // of the latest load
  json::Value status() const;       // what GET /api/status shows, without more_status; any thread
  std::string metrics() const;      // Prometheus' text format; any thread

  void reload_soon();      // any thread: SIGHUP
  ReloadOutcome reload();  // any thread but a loop's: returns when every loop uses the result

  // No new connections; idle ones end, requests under way may finish within `grace`, then they are
  // cancelled. Not on a loop's thread, while the loops run. The admin socket is closed.
  void stop(Duration grace);

 private:
  struct State;
  explicit Edge(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace vaettir::gateway
