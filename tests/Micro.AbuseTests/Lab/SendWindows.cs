using System.Collections.Concurrent;

namespace Micro.AbuseTests.Lab;

/// <summary>Keeps to the flow control of HTTP/2 (RFC 9113, section 5.2) while it sends data on a hand-written connection.</summary>
internal sealed class SendWindows(Http2Socket socket)
{
    private const int Connection = 0;
    private readonly ConcurrentDictionary<int, long> _windows = new([KeyValuePair.Create(Connection, 65_535L)]);
    private readonly SemaphoreSlim _changed = new(0);
    private long _initial = 65_535;

    /// <summary>Follows what the server grants, until the connection ends.</summary>
    public async Task ReadAsync()
    {
        try
        {
            while (await socket.ReadAsync(600) is { } frame)
            {
                await socket.AcknowledgeAsync(frame);
                if (frame.Block.FirstOrDefault(static header => header.Name == "grpc-status").Value is { } status)
                {
                    Statuses.Enqueue(status);
                }

                if (frame.Type == Http2Frame.WindowUpdate)
                {
                    _windows.AddOrUpdate(frame.Stream, _ => _initial + frame.Number(), (_, window) => window + frame.Number());
                    _changed.Release();
                }
                else if (frame.Type == Http2Frame.Settings && (frame.Flags & Http2Frame.Ack) == 0)
                {
                    for (var at = 0; at < frame.Payload.Length; at += 6)
                    {
                        // SETTINGS_INITIAL_WINDOW_SIZE
                        if (frame.Payload[at + 1] == 4)
                        {
                            ChangeInitial(frame.Number(at + 2));
                        }
                    }

                    _changed.Release();
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The attack is over.
        }
    }

    /// <summary>Gets the statuses of the calls that were answered.</summary>
    public ConcurrentQueue<string> Statuses { get; } = new();

    /// <summary>Sends data if the windows are open for it.</summary>
    public async Task<bool> TrySendAsync(int stream, byte[] data, bool end)
    {
        if (_windows.GetOrAdd(stream, _initial) < data.Length || _windows[Connection] < data.Length)
        {
            return false;
        }

        Count(stream, data.Length);
        await socket.SendDataAsync(stream, data, end);
        return true;
    }

    /// <summary>Waits until a window was opened further.</summary>
    public Task WaitAsync() => _changed.WaitAsync(TimeSpan.FromSeconds(10));

    /// <summary>Sends data as far as the windows are open; what the stream has no window for is left out.</summary>
    public async Task SendAsync(int stream, byte[] data)
    {
        if (_windows.GetOrAdd(stream, _initial) < data.Length)
        {
            return;
        }

        while (_windows[Connection] < data.Length)
        {
            await _changed.WaitAsync();
        }

        Count(stream, data.Length);
        await socket.SendDataAsync(stream, data);
    }

    /// <summary>Counts for streams that are open too (RFC 9113, section 6.9.2).</summary>
    private void ChangeInitial(long bytes)
    {
        foreach (var stream in _windows.Keys.Where(static stream => stream != Connection))
        {
            _windows.AddOrUpdate(stream, bytes, (_, window) => window + bytes - _initial);
        }

        _initial = bytes;
    }

    private void Count(int stream, int bytes)
    {
        _windows.AddOrUpdate(stream, _initial - bytes, (_, window) => window - bytes);
        _windows.AddOrUpdate(Connection, 0, (_, window) => window - bytes);
    }
}
