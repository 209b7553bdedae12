// main(): the command line. Every command lives in app/commands/; this file only finds the one that
// was asked for.
#include <csignal>
#include <vector>

#include "app/command.h"

namespace vaettir::app {
#define COMMAND(constant) extern const Command constant;
#include "app/commands/catalog.def"
#undef COMMAND

namespace {

constexpr const Command* kCommands[] = {
#define COMMAND(constant) &constant,
#include "app/commands/catalog.def"
#undef COMMAND
};

constexpr const char* kAbout =
    "Vaettir: HTTPS edge, switchboard for services under development, and workflow engine in one "
    "program.";
constexpr const char* kFooter =
    "\nFirst steps:\n"
    "  vaettir serve --workflows ./workflows    start on loopback; prints what it serves\n"
    "  vaettir trust                            how to trust its local certificates\n"
    "  vaettir check vaettir.yml routes/*.yml   every mistake with file, line and column\n"
    "  vaettir explain GET https://NAME/path    which route answers, and why not the others\n"
    "  vaettir target set NAME URL              move a service under development, live\n\n"
    "Exit codes: 0 done, 1 tried and failed, 2 the command line or its input was not understood.";

int run(int argc, char** argv) {
  Terminal terminal;
  CLI::App app(kAbout, "vaettir");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  std::vector<std::pair<CLI::App*, Run>> declared;
  for (const Command* command : kCommands) {
    CLI::App* sub = app.add_subcommand(std::string(command->name), std::string(command->about));
    declared.emplace_back(sub, command->declare(*sub));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& asked) {
    return app.exit(asked) == 0 ? kOk : kUsage;
  } catch (const CLI::CallForAllHelp& asked) {
    return app.exit(asked) == 0 ? kOk : kUsage;
  } catch (const CLI::ParseError& problem) {
    terminal.error(problem.what());
    terminal.note("'vaettir --help' lists the commands, 'vaettir COMMAND --help' its options.");
    return kUsage;
  }
  for (auto& [sub, chosen] : declared) {
    if (sub->parsed()) return chosen(terminal);
  }
  return kUsage;
}

}  // namespace
}  // namespace vaettir::app

int main(int argc, char** argv) {
  // A peer that closes is seen by the write's result; a signal would end the process.
  std::signal(SIGPIPE, SIG_IGN);
  return vaettir::app::run(argc, argv);
}
