// check(): what `vaettir check FILE...` prints and returns. Pure; the command only reads the files.
#pragma once
#include <string>
#include <vector>

#include "base/core/json.h"
#include "routes/load.h"

namespace vaettir::routes {

struct CheckOptions {
  bool json = false;
  bool print_effective = false;
};

struct CheckOutput {
  std::string text;   // for standard output, ends with a newline
  int exit_code = 0;  // 0 clean or notices and warnings, 1 errors
};

// The report of load(), a line that counts, and with print_effective the configuration with all
// defaults as YAML, secrets hidden. With json one object: {"ok", "errors", "warnings", "notices",
// "diagnostics": [...], "effective"?}.
CheckOutput check(const LoadInput& input, const CheckOptions& options);

// The table as data: entry points, routers, services, middlewares, targets; defaults filled in,
// secrets hidden.
json::Value effective(const RouteTable& table);

}  // namespace vaettir::routes
