// Command: one word after `vaettir`. A command is one file in app/commands/ plus one line in
// catalog.def: it declares its options on CLI11's subcommand and gives back what to run. Exit codes
// are part of the contract with scripts: ExitCode.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string_view>

#include "app/terminal.h"

namespace vaettir::app {

enum ExitCode : int {
  kOk = 0,
  kFailed =
      1,  // the thing was tried and did not succeed: errors found, no route, the execution failed
  kUsage = 2,  // the command line or its input was not understood; nothing was done
};

using Run = std::function<int(Terminal&)>;

struct Command {
  std::string_view name;
  std::string_view about;  // one line in the list of commands
  // Declares options; what it returns runs when this command was chosen. State lives in the
  // closure.
  Run (*declare)(CLI::App& sub);
};

}  // namespace vaettir::app
