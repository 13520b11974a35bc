using Greeter;

return args switch
{
    ["server", .. var rest] => await ServerCommand.RunAsync(rest),
    ["client", .. var rest] => await ClientCommand.RunAsync(rest),
    _ => await DemoCommand.RunAsync(args),
};
