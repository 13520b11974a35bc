using Micro.FaultPeer;

return args switch
{
    ["server", .. var rest] => await ServerRole.RunAsync(rest),
    ["client", .. var rest] => await ClientRole.RunAsync(rest),
    ["link", var first, var second] => await LinkRole.RunAsync(first, second),
    ["forger", var address] => await ForgerRole.RunAsync(address),
    _ => Unknown(),
};

static int Unknown()
{
    Console.Error.WriteLine("usage: server [flags] | client [flags] | link <interface> <interface> | forger <address>");
    return 2;
}
