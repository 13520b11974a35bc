using System.Net;
using System.Net.Sockets;

namespace Micro.Registry.Etcd.Tests.Cluster;

/// <summary>
/// Stands between registry and server. It can be cut: running connections die, new ones too. It can freeze: connections
/// stay and new ones are taken, but nothing passes any more.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<TcpClient> _open = [];
    private readonly int _target;
    private readonly Task _accepting;
    private readonly CancellationTokenSource _frozen = new();
    private bool _isCut;
    private int _accepted;

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => "127.0.0.1:" + ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections were made, cut ones too.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public void Freeze() => _frozen.Cancel();

    public void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            _open.ForEach(static client => client.Dispose());
            _open.Clear();
        }
    }

    public void Restore()
    {
        lock (_gate)
        {
            _isCut = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _frozen.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var near = await _listener.AcceptTcpClientAsync(_stop.Token);
            Interlocked.Increment(ref _accepted);
            var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, _target, _stop.Token).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate)
            {
                if (_isCut || !far.Connected)
                {
                    near.Dispose();
                    far.Dispose();
                    continue;
                }

                _open.Add(near);
                _open.Add(far);
            }

            _ = PumpAsync(near, far);
            _ = PumpAsync(far, near);
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), _frozen.Token);
        }
        catch (OperationCanceledException)
        {
            return; // frozen: both ends stay open
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }

        from.Dispose();
        to.Dispose();
    }
}
