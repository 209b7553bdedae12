#include "app/terminal.h"

#include <unistd.h>

#include <cstdlib>

namespace vaettir::app {
namespace {

bool wants_colours(int descriptor) {
  const char* term = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  const bool refused = no_color != nullptr && *no_color != '\0';
  return ::isatty(descriptor) == 1 && !refused && term != nullptr &&
         std::string_view(term) != "dumb";
}

std::string wrap(bool colours, Style style, std::string_view text) {
  if (!colours || style == Style::kPlain) return std::string(text);
  static constexpr std::string_view kCodes[] = {"", "1", "2", "32", "33", "31"};
  std::string out = "\x1b[";
  out += kCodes[static_cast<std::size_t>(style)];
  out += 'm';
  out += text;
  out += "\x1b[0m";
  return out;
}

}  // namespace

Terminal::Terminal()
    : colours_(wants_colours(STDOUT_FILENO)), error_colours_(wants_colours(STDERR_FILENO)) {}

void Terminal::error(std::string_view text) {
  const std::string out = "vaettir: " + wrap(error_colours_, Style::kBad, text) + "\n";
  std::fflush(stdout);
  std::fwrite(out.data(), 1, out.size(), stderr);
}

void Terminal::note(std::string_view text) {
  const std::string out = wrap(error_colours_, Style::kDim, text) + "\n";
  std::fflush(stdout);
  std::fwrite(out.data(), 1, out.size(), stderr);
}

std::string Terminal::styled(Style style, std::string_view text) const {
  return wrap(colours_, style, text);
}

}  // namespace vaettir::app
