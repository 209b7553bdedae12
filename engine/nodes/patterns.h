// Regular expressions of workflows, written in JavaScript's notation and run by RE2, so that none
// can take exponential time. A Patterns belongs to one node run and compiles each of them once.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace re2 {
class RE2;
}

namespace vaettir::engine {

class Patterns {
 public:
  Patterns();
  ~Patterns();
  Patterns(const Patterns&) = delete;
  Patterns& operator=(const Patterns&) = delete;

  // `pattern` is a literal with flags ("/a.b/i") or bare. Is it found anywhere in the text? Errors:
  // workflow_failed: no valid expression, or one that needs JavaScript's engine (lookaround,
  // references back).
  Result<bool> matches(std::string_view pattern, std::string_view text);

 private:
  std::map<std::string, std::unique_ptr<re2::RE2>, std::less<>> compiled_;
};

}  // namespace vaettir::engine
