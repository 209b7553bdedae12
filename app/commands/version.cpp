// `vaettir version`: which build this is.
#include <event2/event.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include "app/command.h"

namespace vaettir::app {
namespace {

Run declare(CLI::App& sub) {
  auto as_json = std::make_shared<bool>(false);
  sub.add_flag("--json", *as_json, "For programs: one JSON object");
  return [as_json](Terminal& terminal) -> int {
    if (*as_json) {
      terminal.line(fmt::format(
          R"({{"version":"{}","compiler":"{}","openssl":"{}","libevent":"{}","sqlite":"{}"}})",
          VAETTIR_VERSION, __clang_version__, OpenSSL_version(OPENSSL_VERSION_STRING),
          event_get_version(), sqlite3_libversion()));
      return kOk;
    }
    terminal.line(fmt::format("vaettir {}", VAETTIR_VERSION));
    terminal.line(fmt::format("{}, libevent {}, SQLite {}", OpenSSL_version(OPENSSL_VERSION),
                              event_get_version(), sqlite3_libversion()));
    return kOk;
  };
}

}  // namespace

extern const Command version;
constinit const Command version = {"version", "Print the version", declare};

}  // namespace vaettir::app
