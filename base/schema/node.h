// Node: our own tree of a configuration file, made once from YAML: every value with its place,
// merge keys resolved, `${VAR}` replaced. A value type without references into the parser; yaml-cpp
// and its exceptions stop in node.cpp.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/system.h"
#include "base/schema/location.h"
#include "base/schema/report.h"

namespace vaettir::schema {

struct Entry;

struct Node {
  // Plain scalars are typed by the core schema of YAML 1.2: 'yes' and '010' are what they look
  // like, text and the integer 10.
  enum class Kind : std::uint8_t {
    kNull,
    kBoolean,
    kInteger,
    kNumber,
    kString,
    kSequence,
    kMapping
  };

  Kind kind = Kind::kNull;
  bool quoted = false;
  bool interpolated = false;  // text came (partly) from the environment: never quote it in a
                              // message, quote `written`
  std::uint32_t text_column =
      0;  // where `text` begins if the file holds it byte by byte on one line, else 0
  Location at;
  std::string text;            // of a scalar, whatever its kind
  std::string written;         // the scalar as the file has it, when interpolated
  std::vector<Node> elements;  // of a sequence
  std::vector<Entry> entries;  // of a mapping, in file order, merged keys last

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind <= Kind::kString && !is_null(); }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_mapping() const { return kind == Kind::kMapping; }

  // "a list", "a mapping", "text"... for messages.
  std::string_view kind_name() const;
  // What a message may quote.
  std::string_view shown() const { return interpolated ? written : text; }
  // The member whose key is `key` in any case, as Traefik reads files; nullptr without one.
  const Entry* find(std::string_view key) const;
  // The place of text[offset, offset + width) in the file; the whole scalar where that cannot be
  // told.
  Location within(std::size_t offset, std::size_t width) const;
};

struct Entry {
  std::string key;
  Location key_at;
  Node value;
};

// More nodes than any real configuration has (10,000 routers are about 150,000), few enough that
// nested aliases cannot fill the memory.
inline constexpr std::size_t kMaxNodes = 500'000;

// One YAML document. Errors (syntax, duplicate keys, unset variables, too many nodes, more than one
// document) go to the report with their places; the tree is then as complete as could be. An empty
// document is null.
//
// `${NAME}`, `${NAME:-default}` (also for an empty value) and `${NAME:?message}` are replaced in
// scalars after parsing, `$${` stands for `${`; keys and everything under a key `replacement` or
// `users` stay as they are (regular expressions and password hashes are full of '$').
Node parse_yaml(SourceId source, const Environment& environment, Report& report);

// The same interpolation on one text; unset variables are added to `problems` as "'NAME' is not
// set" or the message of `:?`.
std::string interpolate(std::string_view text, const Environment& environment,
                        std::vector<std::string>& problems);

}  // namespace vaettir::schema
