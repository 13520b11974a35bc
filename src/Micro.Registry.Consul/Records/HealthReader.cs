using System.Diagnostics.CodeAnalysis;
using Micro.Registry.Consul.Http;
using Micro.Registry.Kit;

namespace Micro.Registry.Consul.Records;

/// <summary>Converts Consul's health answers to records, for lookups and watches.</summary>
internal sealed class HealthReader(ConsulRegistryOptions options, SkipLog skips)
{
    public RecordSet Read(string service, IReadOnlyList<HealthEntry?>? entries)
    {
        var records = new List<ServiceRecord>(entries?.Count ?? 0);

        // The youngest registration comes last: it describes the version, and wins when an id occurs on two agents.
        foreach (var entry in (entries ?? []).OrderBy(entry => entry?.Service?.ModifyIndex ?? 0))
        {
            if (entry?.Service is { } instance && IsOf(service, instance) && IsHealthy(entry))
            {
                if (TryRead(service, instance, entry.Node?.Address, out var record, out var problem))
                {
                    records.Add(record);
                }
                else
                {
                    skips.Skip($"{service}/{instance.Id}", problem);
                }
            }
        }

        return RecordSet.Create(records);
    }

    /// <summary>Consul finds names in any case; a service is found by its own.</summary>
    private bool IsOf(string service, HealthService instance) => options.Connect || instance.Service is null || instance.Service == service;

    private bool IsHealthy(HealthEntry entry)
    {
        foreach (var check in entry.Checks ?? [])
        {
            if (check is { Status: "critical" } || (options.PassingOnly && check is not { Status: "passing" }))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryRead(
        string service,
        HealthService instance,
        string? nodeAddress,
        [NotNullWhen(true)] out ServiceRecord? record,
        [NotNullWhen(false)] out string? problem)
    {
        record = null;
        var tags = TagReader.Read(instance.Tags);
        problem = tags.Problem;
        if (problem is not null)
        {
            return false;
        }

        // An entry that go-micro did not write says everything in Meta.
        var meta = instance.Meta ?? [];
        var node = new Node
        {
            Id = instance.Id ?? "",
            Address = NodeAddress.Format(string.IsNullOrEmpty(instance.Address) ? nodeAddress ?? "" : instance.Address, instance.Port),
            Metadata = tags.Version is null ? meta : tags.Metadata,
        };
        var read = new ServiceRecord
        {
            Name = service,
            Version = tags.Version ?? meta.GetValueOrDefault("version", ""),
            Metadata = tags.ServiceMetadata,
            Endpoints = tags.Endpoints,
            Nodes = [node],
        };
        if (!ServiceRecordRules.TryValidate(node, out problem) || !ServiceRecordRules.TryValidate(read, out problem))
        {
            return false;
        }

        record = read;
        return true;
    }
}
