using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Registering;

/// <summary>Creates the body of a registration and logs once where Consul does not do what was requested.</summary>
internal sealed class RegistrationBodies(ConsulRegistryOptions options, ILogger logger)
{
    private int _saidNoCheck;
    private int _saidTtlNotUsed;
    private int _saidMetaOmitted;

    public ServiceRegistration Create(string id, ServiceRecord record, TimeSpan ttl)
    {
        var node = record.Nodes[0];
        _ = NodeAddress.TryParse(node.Address, out var host, out var port);
        var check = CheckDefinitions.Create(options, node, ttl);
        var meta = MetaRules.Select(node.Metadata, options.Meta, out var omitted);
        if (check is null && Interlocked.Exchange(ref _saidNoCheck, 1) == 0)
        {
            ConsulBackend.Log.NoCheck(logger, id);
        }

        if (ttl > TimeSpan.Zero && CheckDefinitions.IsActive(options) && Interlocked.Exchange(ref _saidTtlNotUsed, 1) == 0)
        {
            ConsulBackend.Log.TtlNotUsed(logger);
        }

        if (omitted > 0 && Interlocked.Exchange(ref _saidMetaOmitted, 1) == 0)
        {
            ConsulBackend.Log.MetaOmitted(logger, omitted, id);
        }

        return new ServiceRegistration
        {
            Id = id,
            Name = options.ServiceNamePrefix + record.Name,
            Tags = TagWriter.Write(record, node, options),
            Port = port,
            Address = host,
            Meta = meta,
            Check = check,
            Connect = options.Connect ? new ConnectDefinition { Native = true } : null,
        };
    }
}
