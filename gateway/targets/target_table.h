// TargetTable: where every target is and who says so. The newest act of a person wins: what was set
// by hand (kept in <data>/targets.json, with an optional end) stands above the environment until
// the environment's value changes, the environment above the file. Belongs to the control loop;
// loops get snapshots of it. No sockets; the clock and the file are passed in.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"
#include "base/core/system.h"
#include "base/observe/log.h"
#include "gateway/server/snapshot.h"
#include "gateway/targets/target_health.h"
#include "routes/load.h"

namespace vaettir::gateway {

class TargetTable {
 public:
  // `own`: does this address lead to a listener of ours?
  using OwnAddress = std::function<bool(const routes::ServerUrl&)>;
  TargetTable(std::filesystem::path file, WallClockSource& clock, observe::Log& log,
              OwnAddress own);

  // What was set by hand in an earlier life. A file that cannot be read is set aside with a log
  // line. Before take_environment().
  void restore();
  // The environment as it is now. What was set by hand over a value that has changed is dropped.
  void take_environment(const Environment& environment);
  // The targets of the files in force.
  void take_configured(const routes::RouteTable& table);

  // Errors: bad_request (name, address, life time), internal (it could not be stored; then nothing
  // has changed).
  Result<> set(std::string_view name, std::string_view url, std::optional<Duration> life);
  // Errors: no_route where nothing was set by hand.
  Result<> reset(std::string_view name);
  // Drops what has ended; true if something was.
  bool expire();
  std::optional<WallTime> next_end() const;

  // The addresses in force. The same object until something changes.
  std::shared_ptr<const TargetAddresses> addresses();
  // For routes::load(): targets that exist outside the files.
  std::vector<routes::TargetInput> inputs() const;
  // Members of {"targets": [...]}: name, url, source, age_seconds, state, cause?, expires?.
  json::Value listed() const;
  json::Value listed(std::string_view name) const;  // undefined: no such target

 private:
  struct ByHand {
    routes::ServerUrl url;
    WallTime since;
    std::optional<WallTime> ends;
    std::optional<std::string> replaced;  // the environment's value at that time
  };
  struct FromEnvironment {
    std::string text;                      // as written
    std::optional<routes::ServerUrl> url;  // nullopt: not usable
    WallTime since;
  };
  struct FromFile {
    std::optional<routes::ServerUrl> url;
    WallTime since;
  };
  struct InForce {
    const routes::ServerUrl* url = nullptr;  // nullptr: none
    std::string_view source;
    WallTime since;
    std::optional<WallTime> ends;
  };
  InForce in_force(std::string_view name) const;
  std::vector<std::string> names() const;
  std::optional<std::string> environment_value(std::string_view name) const;
  void drop_overtaken();
  void changed() { published_.reset(); }
  Result<> store() const;
  json::Value row(const std::string& name) const;
  std::shared_ptr<TargetHealth> health_of(std::string_view name) const;

  std::filesystem::path file_;
  WallClockSource& clock_;
  observe::Log& log_;
  OwnAddress own_;
  std::map<std::string, ByHand, std::less<>> by_hand_;
  std::map<std::string, FromEnvironment, std::less<>> environment_;
  std::map<std::string, FromFile, std::less<>> configured_;
  std::shared_ptr<const TargetAddresses> published_;  // empty: something has changed
  TargetAddresses latest_;                            // for the health of unchanged addresses
};

// "My_API" -> "my-api"; nullopt for what cannot be a label of a host name.
std::optional<std::string> target_name(std::string_view text);

}  // namespace vaettir::gateway
