console.log("tenon");
