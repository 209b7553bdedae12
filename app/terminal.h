// Terminal: where a command writes. Colours only where a person looks (a terminal, NO_COLOR not
// set, TERM not dumb); answers go to stdout, everything about the answer to stderr.
#pragma once
#include <cstdio>
#include <string>
#include <string_view>

namespace vaettir::app {

enum class Style : unsigned char { kPlain, kBold, kDim, kGood, kWarn, kBad };

class Terminal {
 public:
  Terminal();
  void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }
  void line(std::string_view text) {
    print(text);
    std::fputc('\n', stdout);
  }
  // "vaettir: text" on stderr.
  void error(std::string_view text);
  void note(std::string_view text);  // stderr, dim: progress and hints

  std::string styled(Style style, std::string_view text) const;  // for stdout
  bool colours() const { return colours_; }
  bool error_colours() const { return error_colours_; }

 private:
  bool colours_;
  bool error_colours_;
};

}  // namespace vaettir::app
