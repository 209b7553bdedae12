// DirectoryWatch: inotify on the directories of the configuration: says that something changed in
// one of them, not what. Owned by the Publisher; on the control loop. File systems without inotify
// (and a full watch table) are covered by the Publisher's poll.
#pragma once
#include <event2/event_struct.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/async/event.h"
#include "base/async/loop.h"
#include "base/net/fd.h"

namespace vaettir::gateway {

class DirectoryWatch {
 public:
  // Sets `changed`, which outlives this.
  DirectoryWatch(Loop& loop, Event& changed);
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  // From now on these, and no others.
  void watch(const std::vector<std::filesystem::path>& directories);

 private:
  static void on_readable(evutil_socket_t, short, void* self);
  void drain();

  Event& changed_;
  net::UniqueFd fd_;
  ::event event_;
  std::map<std::string, int> watched_;  // path -> inotify's number
};

}  // namespace vaettir::gateway
