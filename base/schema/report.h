// Report: everything that was found in a set of configuration files, never only the first error.
// Owned by the caller of a load or check, used on one thread, and rendered at the end:
//
//   vaettir.yml:9:11: error: 'rateLimit' has no field 'brust'
//             brust: 100
//             ^^^^^ did you mean 'burst'?
#pragma once
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/core/json.h"
#include "base/schema/location.h"

namespace vaettir::schema {

enum class Severity : std::uint8_t { kError, kWarning, kNotice };
std::string_view name(Severity severity);

struct Diagnostic {
  Severity severity = Severity::kError;
  // An error that switches off one part (a router whose service is missing) while the rest of the
  // file can be used.
  bool isolated = false;
  Location at;
  std::string
      message;  // one sentence without full stop, settings in 'quotes'; never the value of a secret
  std::string hint;  // stands behind the caret; may be empty
};

class Report {
 public:
  // `text` is kept for the excerpts; `name` is printed as it is.
  SourceId add_source(std::string name, std::string text);

  // The source cannot be used as it is.
  void error(Location at, std::string message, std::string hint = "");
  // One part of the source is switched off; the rest works.
  void isolated_error(Location at, std::string message, std::string hint = "");
  void warning(Location at, std::string message, std::string hint = "");
  void notice(Location at, std::string message, std::string hint = "");
  // What is said about this place from now on follows from an error that was reported already: it
  // is dropped.
  void silence(Location at);
  // This stretch of a file is a secret: excerpts show stars instead.
  void conceal(Location at);

  // All of them, by file, line and column; what has no place in a file comes first.
  std::vector<Diagnostic> sorted() const;
  std::size_t count(Severity severity) const;
  bool has_errors() const { return count(Severity::kError) > 0; }
  // Is there an error that is not isolated: at all, or in this source?
  bool broken() const;
  bool broken(SourceId source) const;

  std::string_view source_name(SourceId source) const;  // "" for kNoSource
  std::string_view source_text(SourceId source) const;
  std::size_t sources() const { return sources_.size(); }

  // The format above, one block per diagnostic, each line ended by '\n'.
  std::string render() const;
  std::string render(const Diagnostic& found) const;
  // [{"file", "line", "column", "severity", "message", "hint"?}]
  json::Value to_json() const;

 private:
  struct Source {
    std::string name, text;
    std::vector<Location> secrets;
  };
  void add(Severity severity, bool isolated, Location at, std::string message, std::string hint);
  std::string excerpt(Location at) const;

  std::vector<Source> sources_;
  std::vector<Diagnostic> found_;
  std::set<std::tuple<SourceId, std::uint32_t, std::uint32_t, std::string>> seen_;
  std::set<std::tuple<SourceId, std::uint32_t, std::uint32_t>> silenced_;
};

}  // namespace vaettir::schema
