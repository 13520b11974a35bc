using Micro.Registry.Consul.Http;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Registering;

/// <summary>
/// Nodes that were left on an agent that could not be reached when they moved to another: the same id on two agents is
/// two instances, so the old one is removed once that agent answers again.
/// </summary>
internal sealed class StrayNodes(ConsulApi api, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly Dictionary<(Uri Agent, string NodeId), long> _strays = [];

    public void Add(Uri agent, string nodeId)
    {
        lock (_gate)
        {
            _strays[(agent, nodeId)] = time.GetTimestamp() - (time.TimestampFrequency * (long)Pause.TotalSeconds);
        }
    }

    /// <summary>Forgets a stray, because the node lives on that agent again.</summary>
    public void Forget(Uri agent, string nodeId)
    {
        lock (_gate)
        {
            _strays.Remove((agent, nodeId));
        }
    }

    /// <summary>Tries to remove what a node left behind, at most every 10 s and for at most 1 s each.</summary>
    public async Task RemoveAsync(string nodeId, CancellationToken cancellationToken)
    {
        foreach (var agent in Due(nodeId))
        {
            using var limit = new CancellationTokenSource(Limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                await api.DeregisterAsync(agent, nodeId, either.Token).ConfigureAwait(false);
                Forget(agent, nodeId);
                ConsulBackend.Log.StrayRemoved(logger, nodeId, agent.Authority);
            }
            catch (Exception exception) when (exception is RegistryException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                ConsulBackend.Log.StrayStays(logger, nodeId, agent.Authority, exception);
            }
        }
    }

    private List<Uri> Due(string nodeId)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var due = _strays.Where(stray => stray.Key.NodeId == nodeId && time.GetElapsedTime(stray.Value, now) >= Pause).Select(stray => stray.Key).ToList();
            due.ForEach(stray => _strays[stray] = now);
            return [.. due.Select(stray => stray.Agent)];
        }
    }
}
