// The whole program of `vaettir serve`: builds every part in order, joins them, runs until a
// signal, ends them in reverse order. This is the one place that knows all rooms; each file in
// app/serve/ is one joint.
#pragma once
#include <string>

#include "app/terminal.h"

namespace vaettir::app {

struct ServeOptions {
  std::string config, data, workflows, env_file;
  std::string http, https, console;  // ADDR:PORT, empty: as configured
  bool is_public = false;
};

// Returns the exit code: 0 stopped by a signal, 1 could not start, 2 the input was not understood.
int serve(Terminal& terminal, const ServeOptions& options);

}  // namespace vaettir::app
