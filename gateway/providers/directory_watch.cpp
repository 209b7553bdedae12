#include "gateway/providers/directory_watch.h"

#include <event2/event.h>
#include <sys/inotify.h>

namespace vaettir::gateway {
namespace {

constexpr std::uint32_t kInteresting =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF;

}  // namespace

DirectoryWatch::DirectoryWatch(Loop& loop, Event& changed)
    : changed_(changed), fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (!fd_) return;
  ::event_assign(&event_, loop.base(), fd_.value(), EV_READ | EV_PERSIST, on_readable, this);
  ::event_add(&event_, nullptr);
}

DirectoryWatch::~DirectoryWatch() {
  if (fd_) ::event_del(&event_);
}

void DirectoryWatch::watch(const std::vector<std::filesystem::path>& directories) {
  if (!fd_) return;
  std::map<std::string, int> wanted;
  for (const auto& each : directories) {
    // A directory that was replaced under the same name is a new one: asking again is harmless.
    const int number = ::inotify_add_watch(fd_.value(), each.c_str(), kInteresting);
    if (number >= 0) wanted[each.string()] = number;
  }
  for (const auto& [path, number] : watched_) {
    const bool still =
        std::ranges::any_of(wanted, [number](const auto& entry) { return entry.second == number; });
    if (!still) ::inotify_rm_watch(fd_.value(), number);
  }
  watched_ = std::move(wanted);
}

void DirectoryWatch::on_readable(evutil_socket_t, short, void* self) {
  static_cast<DirectoryWatch*>(self)->drain();
}

void DirectoryWatch::drain() {
  alignas(inotify_event) char events[4096];
  while (::read(fd_.value(), events, sizeof events) > 0) {
  }
  changed_.set();
}

}  // namespace vaettir::gateway
