// RouteTable: everything that configuration says, as pure immutable data with ids; the same object
// for serve, check and explain. Made by load() (or from TableData in tests), shared as
// shared_ptr<const RouteTable> between loops, gone with its last snapshot. No sockets, no clock.
// gateway::Plan maps the ids to filters and services.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/time.h"
#include "base/schema/catalog.h"
#include "base/schema/location.h"
#include "routes/ip.h"
#include "routes/rule.h"
#include "routes/url.h"

namespace vaettir::routes {

// Indexes into the vectors of TableData.
enum class EntryPointId : std::uint32_t {};
enum class RouteId : std::uint32_t {};
enum class ServiceId : std::uint32_t {};
enum class MiddlewareId : std::uint32_t {};
enum class TargetId : std::uint32_t {};
template <class Id>
constexpr std::size_t index(Id id) {
  return static_cast<std::size_t>(id);
}

// Who says so. The order decides between routes of equal priority.
enum class Provider : std::uint8_t { kInternal, kDocker, kFile, kTarget };
std::string_view name(Provider provider);

// Where an entry point's plain requests are sent to instead of being served.
struct Redirect {
  std::string scheme = "https";
  std::optional<EntryPointId>
      to;                  // the port this entry point is bound to, which only the gateway knows...
  std::uint16_t port = 0;  // ... or this port
  bool permanent = true;
};

struct EntryPoint {
  std::string name;
  ListenAddress address;
  // All its routes are TLS routes. (A route with `tls` of its own may make an entry point without
  // this flag answer TLS as well.)
  bool tls = false;
  std::string cert_resolver;              // default for its routes; "" = none
  std::vector<std::string> tls_domains;   // default for its routes, see RouteTls::domains
  bool as_default = true;                 // serves routers that name no entry point
  std::vector<MiddlewareId> middlewares;  // already part of Route chains, see RouteTable::chain()

  // Peers whose X-Forwarded-* is believed.
  bool trust_all_forwarded = false;
  std::vector<IpRange> trusted_ips;

  // Idle limits and a minimum rate, never a deadline on a whole body
  // (docs/adr/traefik-deviations.md). 0 = none.
  Duration header_timeout{};       // from the first byte of a head to its last
  Duration read_timeout{};         // no byte of a request body
  Duration write_timeout{};        // no byte taken of an answer
  Duration idle_timeout{};         // between requests of a connection
  std::uint64_t minimum_rate = 0;  // bytes per second, both directions
  Duration grace_timeout{};        // for requests under way when the program stops

  std::uint64_t max_header_bytes = 0;
  std::uint32_t max_header_fields = 0;
  std::uint64_t max_line_bytes = 0;
  bool sanitize_path =
      true;  // dot segments and repeated slashes are resolved before rules see the path

  schema::Location at;  // line 0 for built-in ones
};

// What certificates of a route's names come from.
struct RouteTls {
  std::string cert_resolver;  // "" = certificate files, then the local CA for local names
  std::vector<std::string>
      domains;  // main and sans as written; empty = the Host() values of the rule
};

struct Route {
  std::string name;  // "hooks@file"
  Provider provider = Provider::kFile;
  std::int64_t priority = 0;  // effective: as written, or the rule's length in bytes
  Rule rule;
  std::vector<EntryPointId> entry_points;
  std::optional<RouteTls>
      tls;  // matches TLS connections only; without it plain ones only (but see EntryPoint::tls)
  std::vector<MiddlewareId> middlewares;  // its own; see RouteTable::chain()
  std::optional<ServiceId> service;       // nullopt only if disabled
  // Why it is answered with 503 route_disabled instead; empty = enabled. One reason per line.
  std::string disabled;
  bool access_log = true;
  bool redirect = false;  // an entry point's redirection: entry point middlewares do not apply
  schema::Location at;    // of the router's name; line 0 for generated ones
};

struct Server {
  ServerUrl url;
  std::uint32_t weight = 1;
  bool preserve_path = false;  // the url's path is put before the request's
};

// Timeouts towards servers. 0 = none.
struct UpstreamTimeouts {
  Duration dial{};
  Duration response_header{};
  Duration idle_connection{};
};

// `@internal` services; who implements them is decided in app/.
enum class Internal : std::uint8_t { kEngine, kConsole, kApi, kPing, kPrometheus, kNoop };
std::string_view name(Internal service);

struct LoadBalancer {
  std::vector<Server> servers;  // may be empty: no_healthy_server
  bool pass_host_header = true;
  UpstreamTimeouts timeouts;
};

struct Service {
  std::string name;  // "api@file", "engine@internal", "ocapistaine@target"
  std::variant<LoadBalancer, TargetId, Internal, Redirect> what;
  std::uint64_t hash = 0;  // structural: equal for equal settings across reloads
  schema::Location at;
};

struct Middleware {
  std::string name;           // "france-only@file"
  schema::Settings settings;  // settings.type().name is the kind
  schema::Location at;
};

// A named service whose address changes while it is developed. The address in force at this moment
// is the gateway's (gateway/targets); here is what configuration says about it.
struct Target {
  std::string name;                       // "my-api"
  std::optional<ServerUrl> url;           // from the file only
  std::optional<ServerUrl> fallback;      // takes over while the target is down
  std::string offline_page;               // path as written; "" = built in
  std::vector<MiddlewareId> middlewares;  // of its public name
  bool is_public = true;
  bool pass_host_header = false;  // true: the client's Host instead of the target's
  bool rewrite_origin = true;  // Origin follows the target where it equals the request's own host
  UpstreamTimeouts timeouts;
  std::uint64_t hash = 0;
  std::string disabled;   // why its public name answers 503; empty = enabled. One reason per line
  std::string source;     // who defines it: "file", or TargetInput::source
  std::string known_url;  // TargetInput::url: for display
  schema::Location at;
};

struct CertificateFile {
  std::string cert_file, key_file;  // paths, or inline PEM, as written
  schema::Location at;
};

// certificatesResolvers.<name>: kept for acme/, which reads the settings of its own.
struct CertificateResolver {
  std::string name;
  schema::Node acme;
  schema::Location at;
};

// A name that TLS routes answer to.
struct TlsName {
  std::string name;  // lower case, may be "*.example.org"
  std::string cert_resolver;
};

struct LogSettings {
  std::string level = "info";
  std::string file;  // "" = standard error
  bool access_log = true;
  std::string access_file;  // "" = standard output
};

struct TableData {
  std::vector<EntryPoint> entry_points;
  std::vector<Route> routes;  // sorted as matching tries them
  std::vector<Service> services;
  std::vector<Middleware> middlewares;
  std::vector<Target> targets;
  std::vector<CertificateFile> certificates;
  std::vector<CertificateResolver> resolvers;
  std::vector<std::string> local_ca_names;  // tls.localCA.names: besides the routed local names
  std::string domain;                       // of public target names
  LogSettings log;
};

// A request as the connection knows it. Views live for the call.
struct MatchRequest {
  EntryPointId entry_point{};
  bool tls = false;
  std::string_view host;  // Host or :authority as received; "" without one
  std::string_view method;
  std::string_view path;   // of the target, raw, without the query
  std::string_view query;  // raw, without '?'
  IpAddress client;        // the connection's peer
  const HeaderSource* headers = nullptr;
};

// Buffers of one loop, reused by every match: after warming up a match does not allocate.
struct MatchScratch {
  std::string host, path;
  std::vector<std::span<const std::uint32_t>> lists;
};

class CompiledMatcher;

class RouteTable {
 public:
  // Sorts the routes and compiles the matcher. Ids in `data` must be valid.
  explicit RouteTable(TableData data);
  ~RouteTable();
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  // The route that wins (it may be disabled), nullptr if none matches. Host hash, wildcard suffixes
  // and a path trie narrow the candidates.
  const Route* match(const MatchRequest& request, MatchScratch& scratch) const;
  // The same answer by trying every rule in order: what match() is compared with.
  const Route* scan(const MatchRequest& request, MatchScratch& scratch) const;

  // Every route of the entry point in the order of matching, with what its rule fails on ("" =
  // matches). Routes for the other kind of connection (TLS or plain) carry that as their reason.
  struct Candidate {
    const Route* route;
    std::string failure;
  };
  std::vector<Candidate> candidates(const MatchRequest& request, MatchScratch& scratch) const;

  const TableData& data() const { return data_; }
  std::span<const EntryPoint> entry_points() const { return data_.entry_points; }
  std::span<const Route> routes() const { return data_.routes; }
  std::span<const Service> services() const { return data_.services; }
  std::span<const Middleware> middlewares() const { return data_.middlewares; }
  std::span<const Target> targets() const { return data_.targets; }
  const EntryPoint& operator[](EntryPointId id) const { return data_.entry_points[index(id)]; }
  const Route& operator[](RouteId id) const { return data_.routes[index(id)]; }
  const Service& operator[](ServiceId id) const { return data_.services[index(id)]; }
  const Middleware& operator[](MiddlewareId id) const { return data_.middlewares[index(id)]; }
  const Target& operator[](TargetId id) const { return data_.targets[index(id)]; }
  // The route's index: for arrays that run beside routes().
  RouteId id(const Route& route) const;

  std::optional<EntryPointId> entry_point_named(std::string_view name) const;
  const Target* target_named(std::string_view name) const;

  // What runs before the service, outermost first: the entry point's middlewares, then the route's.
  std::vector<MiddlewareId> chain(const Route& route, EntryPointId entry_point) const;
  // Does the route match TLS connections there (else plain ones)?
  bool is_tls(const Route& route, EntryPointId entry_point) const;
  // Which kinds of connection have routes on it: a listener with both tells them apart by the first
  // byte.
  bool serves_tls(EntryPointId entry_point) const;
  bool serves_plain(EntryPointId entry_point) const;
  // Names of TLS routes, each once, in the order of matching. Names of disabled routes are among
  // them: their 503 is answered over TLS too.
  std::vector<TlsName> tls_names() const;

 private:
  RuleInput input(const MatchRequest& request, MatchScratch& scratch) const;

  TableData data_;
  std::unique_ptr<const CompiledMatcher> matcher_;
};

}  // namespace vaettir::routes
