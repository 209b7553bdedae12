// Loader: one run of load(). Lives for that call, on one thread; its steps stand in load_*.cpp in
// the order in which they run. Inside routes/ only.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "routes/load.h"
#include "routes/settings_file.h"

namespace vaettir::routes {

using schema::Location;
using schema::Node;
using schema::Report;
using schema::SourceId;

// "hooks@file" -> {"hooks", "file"}; no '@': provider is "".
struct QualifiedName {
  std::string_view name, provider;
};
QualifiedName split_name(std::string_view text);

class Loader {
 public:
  explicit Loader(const LoadInput& input) : input_(input) {}
  LoadResult run();

 private:
  struct File {
    SourceId source = 0;
    bool main = false;
    Node root;
    FileSettings settings;
  };
  // A middleware of the files, or why it cannot run.
  struct Defined {
    Location at;
    std::optional<MiddlewareId> id;
    bool is_chain = false;
    std::vector<Located<std::string>> members;  // of a chain
    std::string unavailable;
    bool resolving = false;
  };
  // What a list of names leads to.
  struct Chain {
    std::vector<MiddlewareId> ids;
    std::vector<std::string> reasons;  // why it must not be served; empty = complete
  };
  struct Reached {
    std::optional<ServiceId> id;
    std::string reason;
  };
  // What applies to all routers of an entry point and cannot be done.
  struct Blocked {
    std::vector<std::string> reasons;
  };

  // load_files.cpp
  void read_files();
  void read_file(File& file);
  bool refuse_other_formats(const File& file);
  void refuse_main_keys(File& file);
  void read_resolvers(const File& file);
  void read_tls(const File& file);
  void read_logs(const File& file);
  const File* main_file() const;
  // Reports a second definition of `name` and returns false.
  bool claim(std::map<std::string, Location>& names, std::string_view kind, const std::string& name,
             Location at);

  // load_entry_points.cpp
  void make_entry_points();
  void add_built_in_entry_points();
  void add_entry_point(const std::string& name, Location at, const EntryPointSettings& settings);
  void add_console();
  void apply_overrides();
  void override_address(std::string_view name, std::string_view flag,
                        const std::optional<std::string>& text);
  void choose_default_entry_points();
  void add_redirect(EntryPointId from, Redirect redirect, std::int64_t priority);
  void add_redirections();
  void add_entry_point_middlewares();

  // load_middlewares.cpp
  void make_middlewares();
  void make_middleware(const std::string& name, Location at, const Node& node);
  void make_chain(Defined& defined, const Node& node, const schema::Owner& owner);
  // `whose` begins the messages: "router 'hooks'".
  Chain resolve(const std::vector<Located<std::string>>& names, std::string_view whose);
  void resolve_one(const Located<std::string>& name, std::string_view whose, Chain& out);
  void missing_middleware(const Located<std::string>& name, std::string_view whose, Chain& out);

  // load_services.cpp
  void make_services();
  void make_service(const std::string& name, Location at, const ServiceSettings& settings);
  std::vector<Server> make_servers(const LoadBalancerSettings& settings, std::string& unavailable);
  UpstreamTimeouts timeouts(const std::optional<ForwardingTimeouts>& settings) const;
  ServiceId add_service(Service service);
  ServiceId internal_service(Internal which);
  Reached resolve_service(const Located<std::string>& name, std::string_view whose);
  Reached missing_service(const Located<std::string>& name, std::string_view whose);

  // load_targets.cpp
  void make_targets();
  void make_target(const std::string& name, Location at, const TargetSettings& settings);
  void add_target(Target target);
  std::optional<ServerUrl> target_url(const std::optional<Located<std::string>>& text,
                                      std::string_view key);
  void add_public_targets();
  void choose_domain();

  // load_routers.cpp
  void make_routers();
  void make_router(const std::string& name, Location at, const RouterSettings& settings);
  void set_rule(Route& route, const RouterSettings& settings);
  void warn_about_v2_patterns(const Route& route, const Located<std::string>& rule);
  void set_entry_points(Route& route, const RouterSettings& settings);
  void set_tls(Route& route, const RouterSettings& settings);
  void disable_blocked();
  void add_built_in_routers();
  // The TLS default entry points, or all default ones if none has TLS.
  std::vector<EntryPointId> public_entry_points() const;
  void check_resolver(const std::optional<Located<std::string>>& name);
  static void disable(Route& route, std::string_view reason);

  const LoadInput& input_;
  Report report_;
  std::vector<File> files_;  // main first, then by name
  TableData data_;
  bool incomplete_ = false;  // a file could not be read: what seems missing may be in it

  std::map<std::string, Defined, std::less<>> middlewares_;  // by name without provider
  std::map<std::string, ServiceId, std::less<>> services_;   // by qualified name
  std::map<std::string, std::string, std::less<>> unavailable_services_;  // qualified -> why
  std::map<std::string, Location> router_names_, middleware_names_, service_names_, target_names_;
  std::vector<Blocked> blocked_;  // beside data_.entry_points
  std::vector<const EntryPointSettings*>
      entry_point_settings_;  // beside data_.entry_points, null = built in
  std::string tls_blocked_;   // why no TLS router may be served
};

}  // namespace vaettir::routes
