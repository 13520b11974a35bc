using System.CommandLine;
using Micro.Registry;

namespace Micro.Bench.Fleet;

/// <summary>
/// <c>fleet</c>: the cost of a large fleet in each registry. Does not start servers: run Consul and etcd first, or choose
/// others with <c>--registry</c>.
/// </summary>
internal static class FleetCommand
{
    public static Command Create()
    {
        var services = Number("--services", "services in the fleet", 1000, 100_000);
        var nodes = Number("--nodes", "nodes of each service", 10, 10_000);
        var watched = Number("--watched", "services in the selector whose memory is measured, at most all", 100, 4096);
        var changes = Number("--changes", "changes whose propagation to a watcher is measured", 21, 1000);
        var parallel = Number("--parallel", "operations at the same time", 16, 128);
        var registry = new Option<string>("--registry")
        {
            Description = $"registries to measure, one after the other (default: {FleetBackends.Default}); their servers must be running",
            DefaultValueFactory = _ => FleetBackends.Default,
        };
        var address = new Option<string>("--registry_address")
        {
            Description = "servers of the registries, consul=10.0.0.1,etcd=10.0.1.1,10.0.1.2 (default: that of each registry, on this machine)",
            DefaultValueFactory = _ => "",
        };
        var json = new Option<string>("--json") { Description = "file for the results as JSON" };
        var command = new Command("fleet", "Registers a fleet in each registry and measures rate, first list, propagation of changes and memory.")
        {
            services, nodes, watched, changes, parallel, registry, address, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var size = new FleetSettings(
                parsed.GetValue(services),
                parsed.GetValue(nodes),
                Math.Min(parsed.GetValue(watched), parsed.GetValue(services)),
                parsed.GetValue(changes),
                parsed.GetValue(parallel));
            try
            {
                var backends = Backends(parsed.GetValue(registry)!, parsed.GetValue(address)!);
                await RunAsync(backends, size, parsed.GetValue(json), cancellationToken);
                return 0;
            }
            catch (ArgumentException exception)
            {
                await Console.Error.WriteLineAsync(exception.Message);
                return 2;
            }
            catch (Exception exception) when (exception is RegistryException or InvalidOperationException or IOException or OperationCanceledException)
            {
                await Console.Error.WriteLineAsync(exception.Message);
                return 1;
            }
        });
        return command;
    }

    private static async Task RunAsync(
        IReadOnlyList<(string Name, Func<IRegistry> Open)> backends, FleetSettings size, string? file, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{size.Services:N0} services × {size.Nodes:N0} nodes, {size.Parallel} at a time, {size.Watched:N0} services watched");
        Console.WriteLine(FleetFigures.Header);
        var figures = new List<FleetFigures>();
        foreach (var (name, open) in backends)
        {
            figures.Add(await new FleetRun(name, open, size).RunAsync(cancellationToken));
            Console.WriteLine(figures[^1]);
        }

        if (file is not null)
        {
            await JsonFile.WriteAsync(file, json =>
            {
                json.WriteStartArray();
                figures.ForEach(one => one.Write(json));
                json.WriteEndArray();
            });
        }
    }

    private static List<(string Name, Func<IRegistry> Open)> Backends(string names, string addresses)
    {
        var chosen = Split(names).Distinct(StringComparer.Ordinal).ToList();
        if (chosen.Count == 0)
        {
            throw new ArgumentException($"--registry '{names}': no registry given, use {FleetBackends.Default}");
        }

        var known = Addresses(addresses, chosen);
        return [.. chosen.Select(name => (name, FleetBackends.Open(name, [.. known[name]])))];
    }

    /// <summary>Parses addresses in the form of services: one without a name belongs to the preceding registry.</summary>
    private static ILookup<string, string> Addresses(string text, List<string> chosen)
    {
        var owner = chosen.Count == 1 ? chosen[0] : null;
        var found = new List<(string Owner, string Address)>();
        foreach (var item in Split(text))
        {
            var parts = item.Split('=', 2);
            owner = parts.Length == 2 ? parts[0] : owner;
            if (owner is null || !chosen.Contains(owner, StringComparer.Ordinal))
            {
                throw new ArgumentException($"--registry_address '{item}': no registry name, write {chosen[0]}=host:port ({string.Join(", ", chosen)})");
            }

            found.Add((owner, parts[^1]));
        }

        return found.ToLookup(static one => one.Owner, static one => one.Address, StringComparer.Ordinal);
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Option<int> Number(string name, string what, int preset, int most)
    {
        var option = new Option<int>(name) { Description = $"{what}, 1 to {most} (default: {preset})", DefaultValueFactory = _ => preset };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var value) || value < 1 || value > most))
            {
                result.AddError($"{name} '{result.Tokens[0].Value}' must be a whole number from 1 to {most}");
            }
        });
        return option;
    }
}
