// `vaettir serve`: the program itself: edge, targets and workflows until it is stopped.
#include "app/command.h"
#include "app/serve/house.h"

namespace vaettir::app {
namespace {

Run declare(CLI::App& sub) {
  auto options = std::make_shared<ServeOptions>();
  sub.add_option("--config", options->config,
                 "Main file (default: ./vaettir.yml, /etc/vaettir/vaettir.yml, built in)");
  sub.add_option("--data", options->data,
                 "Where data lies (default: $VAETTIR_DATA, /var/lib/vaettir)");
  sub.add_option("--workflows", options->workflows,
                 "Folder of workflow files: all are activated, changes are followed");
  sub.add_option("--env-file", options->env_file,
                 "Watched for ${NAME} and <NAME>_TARGET_URL (default: .env beside the main file)");
  sub.add_option("--http", options->http, "ADDR:PORT of entry point 'web'; port 0 chooses one");
  sub.add_option("--https", options->https, "ADDR:PORT of entry point 'websecure'");
  sub.add_option("--console", options->console, "ADDR:PORT of the console and /healthz");
  sub.add_flag("--public", options->is_public,
               "Built-in addresses become ports 80 and 443 of all addresses, and nothing else");
  sub.footer(
      "\nEnvironment: <NAME>_TARGET_URL makes a target, N8N_HOST a public name, "
      "VAETTIR_EDGE_THREADS and\n"
      "VAETTIR_ENGINE_THREADS set the number of loops. SIGHUP reloads, SIGUSR1 opens log files "
      "anew, SIGTERM stops.\n"
      "Exit codes: 0 stopped when asked, 1 could not start (a port in use), 2 wrong input.");
  return [options](Terminal& terminal) { return serve(terminal, *options); };
}

}  // namespace

extern const Command serve_command;
constinit const Command serve_command = {
    "serve", "Serve routes, targets and workflows until stopped", declare};

}  // namespace vaettir::app
