namespace Micro.Registry.Mdns.Tests.Multicast;

/// <summary>
/// A peer in a process of its own, started by tests in other network namespaces. Its arguments are a command and the
/// command's values; it runs until its input ends.
/// </summary>
internal static class PeerProgram
{
    public static async Task<int> Main(string[] arguments)
    {
        await using var registry = MdnsRegistry.Create(options => options.Timeout = TimeSpan.FromSeconds(1));
        try
        {
            await RunAsync(registry, arguments);
            return 0;
        }
        catch (RegistryUnavailableException exception)
        {
            Console.WriteLine($"unavailable {exception.Detail}");
            return 1;
        }
    }

    private static async Task RunAsync(IRegistry registry, string[] arguments)
    {
        switch (arguments)
        {
            case ["register", var id, var address]:
                await registry.RegisterAsync(TestRecords.Greeter(id, address), new RegisterOptions());
                Console.WriteLine("registered");
                await Console.In.ReadToEndAsync();
                break;

            case ["get", var service]:
                while (await Console.In.ReadLineAsync() is not null)
                {
                    Console.WriteLine(await GetAsync(registry, service));
                }

                break;

            default:
                throw new ArgumentException("register <id> <address> | get <service>");
        }
    }

    private static async Task<string> GetAsync(IRegistry registry, string service)
    {
        try
        {
            var found = await registry.GetServiceAsync(service);
            return string.Join(' ', found.SelectMany(record => record.Nodes).Select(node => node.Address));
        }
        catch (ServiceNotFoundException)
        {
            return "none";
        }
        catch (RegistryUnavailableException)
        {
            // A fresh link needs a moment until it is up.
            return "unavailable";
        }
    }
}
