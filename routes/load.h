// load(): the contents of configuration files, the environment and what is known from outside
// become one RouteTable, or the errors why not. A pure function: no file is opened, no clock read;
// serve, check and explain share it. What belongs to one file is reported under its name, so a
// caller keeps "last good" versions by asking Report::broken(source) and loading again with older
// text for those files.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/system.h"
#include "base/schema/catalog.h"
#include "base/schema/report.h"
#include "routes/table.h"

namespace vaettir::routes {

struct SourceFile {
  // kMain: vaettir.yml, both halves of Traefik. kRoutes: a file of providers.file; entryPoints and
  // the like are refused there.
  enum class Role : std::uint8_t { kMain, kRoutes };
  std::string name;  // as it is printed; all files of one load have different names
  std::string text;
  Role role = Role::kRoutes;
};

// A target that exists outside the files.
struct TargetInput {
  std::string name;    // "my-api"
  std::string url;     // in force now; for display
  std::string source;  // "environment", "admin"
};
// Every non-empty <NAME>_TARGET_URL: MY_API_TARGET_URL is target my-api, source "environment". In
// the order of names.
std::vector<TargetInput> targets_from_environment(const Environment& environment);

// The command line, above everything else.
struct Overrides {
  std::optional<std::string> http, https,
      console;  // ADDR:PORT of entry points web, websecure, console
  bool is_public =
      false;  // built-in addresses become :80 and :443 on all addresses, no console port
};

struct LoadInput {
  std::vector<SourceFile> files;  // any order; at most one kMain. Without a main file the built-in
                                  // routers exist (see below)
  const Environment& environment;
  const schema::Catalog& middlewares;
  std::vector<TargetInput> targets;
  Overrides overrides;
};

struct LoadResult {
  std::shared_ptr<const RouteTable> table;  // null when the report is broken()
  schema::Report report;  // sources in the order of files: SourceId = index into LoadInput::files
};

// * Entry points come from the main file. Without `entryPoints` anywhere they are built in: web
// (127.0.0.1:8080, redirects to websecure)
//   and websecure (127.0.0.1:8443, TLS). An entry point `console` (127.0.0.1:5678, routed to
//   console@internal) is added unless configured or `--public` without `--console`; routers that
//   name no entry point never use it.
// * Without a main file, routers for vaettir.localhost and $N8N_HOST lead to engine@internal
// (webhook, form, chat, waiting, MCP and OAuth callback
//   paths) and console@internal.
// * Each target gets the service NAME@target, and a router NAME@target for NAME.<domain> on the TLS
// default entry points (all default ones if there are none
//   with TLS) unless it is not public or a configured router names that target or host. domain:
//   `domain`, else $N8N_HOST, else localhost.
LoadResult load(const LoadInput& input);

// providers.file of a main file, read ahead of everything else to know which files there are.
// nullopt: none, or it cannot be read (load() will say so).
struct FileProvider {
  std::string directory, filename;  // one of them
  bool watch = true;
};
std::optional<FileProvider> file_provider(const SourceFile& main, const Environment& environment);

// JSON Schema of a configuration file.
json::Value configuration_schema(const schema::Catalog& middlewares);

}  // namespace vaettir::routes
