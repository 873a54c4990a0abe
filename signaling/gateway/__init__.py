"""HTTP and Socket.IO: the only door to browsers, and the only place that knows Socket.IO."""
