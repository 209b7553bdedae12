// Targets for one command that runs no server: `execute` reaches http://NAME/ where
// <NAME>_TARGET_URL points, through the same gateway code as `serve`.
#pragma once
#include <filesystem>
#include <memory>

#include "base/async/loop.h"
#include "base/async/offload.h"
#include "base/core/system.h"
#include "base/http/service.h"
#include "base/observe/log.h"
#include "gateway/server/edge.h"

namespace vaettir::app {

class TargetsHere {
 public:
  // Nothing is listened to and nothing is kept: its data directory is a temporary one.
  TargetsHere(Loop& loop, const Environment& environment);
  ~TargetsHere();
  TargetsHere(const TargetsHere&) = delete;
  TargetsHere& operator=(const TargetsHere&) = delete;

  // nullptr where the targets cannot be used (their addresses are refused): requests then go out by
  // the usual client.
  http::Directory* directory();

 private:
  Loop& loop_;
  std::filesystem::path data_;
  ThreadPool pool_;
  observe::LineWriter stderr_;
  observe::Log log_;
  std::unique_ptr<gateway::Edge> edge_;
};

}  // namespace vaettir::app
