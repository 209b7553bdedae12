// NodeDescription: what a .node.yml file says about a node type, compiled into constant tables by
// the build (nodes/tables). It normalises saved parameters, says what a node needs and gives, and
// holds no behaviour. Constants; any thread.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace vaettir::engine {

// May a run be repeated after a crash? The journal is committed before a `write` starts.
enum class Effect : std::uint8_t { kPure, kRead, kWrite };

enum class PropertyType : std::uint8_t {
  kBoolean,
  kNumber,
  kString,
  kJson,
  kOptions,
  kMultiOptions,
  kDateTime,
  kCollection,
  kFixedCollection,
  kFilter,
  kAssignmentCollection,
  kResourceLocator,
  kCredentials,
  kHidden,
};

enum class Comparison : std::uint8_t {
  kEquals,
  kNot,
  kGreater,
  kGreaterOrEqual,
  kLess,
  kLessOrEqual,
};
struct Comparand {
  Comparison comparison;
  std::string_view value;  // JSON text
};
// Holds when any of the comparands fits the value of `key`: a sibling, "/name" from the node's root
// parameters, or "@version".
struct DisplayCondition {
  std::string_view key;
  std::span<const Comparand> any;
};

struct Property {
  std::string_view name;
  PropertyType type;
  std::string_view default_value;             // JSON text
  bool multiple;                              // fixedCollection and collection: a list of entries
  bool no_expression;                         // a leading "=" is text
  bool late;                                  // resolved on demand while the node runs, not before
  std::span<const DisplayCondition> show;     // all must hold
  std::span<const DisplayCondition> hide;     // any hides
  std::span<const std::string_view> options;  // allowed values as JSON text; empty: any
  // collection: the options one may add; fixedCollection: the groups, whose own children are the
  // fields.
  std::span<const Property> children;
};

struct NodeDescription {
  std::string_view name;  // stem of its files: "http_request"
  std::string_view type;  // "n8n-nodes-base.httpRequest"
  std::span<const double> versions;
  double default_version;  // where a file names none
  Effect effect;
  bool trigger;           // starts executions, has no input
  bool runs;              // false: never executed (Sticky Note)
  std::uint32_t outputs;  // main outputs without the error output; NodeType may compute others
  std::span<const std::string_view> credentials;
  std::span<const Property> properties;
};

// All tables that were compiled in, in order of name.
std::span<const NodeDescription> node_tables();

}  // namespace vaettir::engine
